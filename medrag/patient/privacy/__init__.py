"""Identifiers found in patient text and taken out of it."""
