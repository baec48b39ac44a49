"""What is asked: emergencies in it, what is declined, and text that would give orders."""
