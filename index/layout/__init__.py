"""What stands where on a PDF's pages: words, lines in reading order, tables, what runs through all pages, headings."""
