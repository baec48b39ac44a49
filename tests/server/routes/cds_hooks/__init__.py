"""CDS Hooks, as record systems call it."""
