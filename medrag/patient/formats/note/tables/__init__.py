"""Values in tables: of columns by day, of rows by day, and series."""
