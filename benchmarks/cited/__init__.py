"""Statements in free words, beside what they cite."""
