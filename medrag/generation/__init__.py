"""From a prompt to grounded statements: prompts, modes, models, vLLM and grounding."""
