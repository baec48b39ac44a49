"""What genes say of drugs, and how a guideline's recommendation is found for a result."""
