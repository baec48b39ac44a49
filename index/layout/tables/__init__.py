"""A PDF's tables: where they are, their columns, rows and names, over columns and pages."""
