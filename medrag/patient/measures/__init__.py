"""Measurements and what follows from them: units, formulas, scores, and the values computed from a record."""
