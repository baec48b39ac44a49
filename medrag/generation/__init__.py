"""From a prompt to grounded statements: prompts, models, vLLM, quoting and grounding."""
