"""``medrag eval``."""

import typer

app = typer.Typer()
