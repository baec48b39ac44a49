"""The OpenAI-compatible service in front of the engine."""
