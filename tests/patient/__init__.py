"""Tests of medrag.patient."""
