"""Drugs stopped: those whose interaction outlasts them, and those that must not be stopped at once."""
