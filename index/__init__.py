"""Builds an index: sources are read to documents, documents cut to passages, passages encoded and stored."""
