"""Orders of an EHR through the checks, and what they come to in numbers."""
