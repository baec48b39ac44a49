"""medrag: treatment advice a clinician can check."""

__version__ = "0.1.0"
