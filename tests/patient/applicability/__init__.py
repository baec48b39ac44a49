"""Whom people note a guideline's sentence to be for, held against patients."""
