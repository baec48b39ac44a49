"""Whom a note or a question says that it is about."""
