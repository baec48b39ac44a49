"""Readers of what users license or download themselves, each to the rows of one knowledge file."""
