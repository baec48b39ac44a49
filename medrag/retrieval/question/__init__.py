"""What a question is searched for: names and short words spelt out, what it describes, what it asks for, the patient."""
