"""Patients to train on: made up by need, or real and de-identified; what a statement asks of them."""
