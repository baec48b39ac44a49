"""``python -m medrag``."""

from medrag.cli import main

main()
