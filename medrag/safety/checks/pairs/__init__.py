"""Two drugs at once: those that interact, the ways out of it, and those of which one is enough."""
