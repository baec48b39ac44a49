"""Where cases come from: a user's files, or the passages of an index."""
