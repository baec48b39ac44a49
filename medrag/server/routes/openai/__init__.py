"""Advice in OpenAI's shapes: chat completions, responses, objects, and what chat front ends ask besides."""
