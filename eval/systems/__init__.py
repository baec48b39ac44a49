"""What medrag is compared with, and engines whose evidence is given."""
