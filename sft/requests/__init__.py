"""The classifier of requests to decline: labelled requests (``data/``), and the fit that makes a model of them."""
