"""The learned reading of whether advice gives a drug: its wordings, and the fit."""
