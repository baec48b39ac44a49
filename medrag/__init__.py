"""medrag: treatment advice a clinician can check."""
