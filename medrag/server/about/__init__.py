"""What this software is for, how it was made and tested, and what can go wrong: for people and programs."""
