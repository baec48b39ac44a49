"""``medrag index``."""

import typer

app = typer.Typer()
