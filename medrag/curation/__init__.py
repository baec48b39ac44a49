"""What people do to the knowledge: add sources they license, review its facts, hold these against labels."""
