"""What becomes of care besides the drugs that advice gives: left undone, gone on with, dismissed, aimed at."""
