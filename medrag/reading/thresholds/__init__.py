"""Limits that decide whether a guideline's sentence applies: scores, measurements, age."""
