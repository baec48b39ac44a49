"""``medrag sft``."""

import typer

app = typer.Typer()
