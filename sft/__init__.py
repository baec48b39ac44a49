"""Trains models to choose the sentences that apply: data, pre-training, fine-tuning, merging, scoring."""
