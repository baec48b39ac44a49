"""How much, how often and which way: doses in advice, directions in notes, strengths of tablets and solutions."""
