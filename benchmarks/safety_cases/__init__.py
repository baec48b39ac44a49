"""The safety benchmark: labelled cases made from hand-written seeds, and mutations of ordinary prescriptions."""
