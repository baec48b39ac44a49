"""How one answer is scored: gold statements, rankings, choices, judges."""
