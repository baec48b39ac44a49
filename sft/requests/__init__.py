"""The classifier of requests to decline: labelled requests (``data/``) and the fit that makes medrag's model of them."""
