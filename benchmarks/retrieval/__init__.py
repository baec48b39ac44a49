"""Retrieval beside other systems: query sets, systems, and the commands that run them."""
