"""A free-text note, piece by piece: whom it is of, what it names, what it says of that, and its values."""
