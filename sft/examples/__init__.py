"""Examples: questions over passages, and the sentences that answer them for a patient."""
