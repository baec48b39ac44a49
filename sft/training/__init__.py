"""Training itself: fine-tuning, preferences, what a run needs and what its losses were."""
