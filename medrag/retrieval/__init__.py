"""Retrieval: a question in, numbered guideline passages out."""
