"""The deterministic safety filter: reads advice, checks it against the patient, explains itself."""
