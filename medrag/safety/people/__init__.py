"""Which of a guideline's sentences are for a patient: groups, what it has, what is ruled out, what is warned of."""
