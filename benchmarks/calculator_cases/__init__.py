"""Labelled cases of published scores, told to medrag's calculators."""
