"""How well a trained model chooses, and what of the evaluation's wording it has seen."""
