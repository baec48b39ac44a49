"""What the code can say to a reader, read from the code itself (a call's argument, {} for values), and its English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parent.parent / "medrag"
DEPTH = 4
"""How many names and calls are followed to where a text is written."""

WORD = re.compile(r"(?<![\w./{`-])[a-z]{3,}(?![\w.}`])")
"""A word in small letters, as English has them: not PDF, HbA1c, age_years or Child-Pugh."""
NAMES = re.compile(
    r"\b(?:medrag|mmol|mcg|gzip|tar|zip|xz|zstd|bzip|bcftools|convert|view|liftover|serve|prefetch|context|rxcuis|input"
    r"|text|advice|orders|patient|vision|archive|genes|genotypes|schema|application|json|data|image|url|gender|exp)\b"
)
"""Units, programs and the fields of requests, as they are written in any language."""


@lru_cache
def modules() -> dict[Path, ast.Module]:
    """The code of the package."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))}


def told(calls: frozenset[str], argument: str, place: int | None) -> Iterator[tuple[str, str]]:
    """Where, and each text, that a call of that name gives as ``argument``, or at its ``place``."""
    for path, module in modules().items():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and _name(node.func) in calls and (said := _given(node, argument, place)):
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield from ((where, text) for text in texts(said, module, DEPTH))


def texts(node: ast.expr | None, module: ast.Module, depth: int) -> set[str]:
    """The texts that an expression may be; {} is what only running it would tell."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts):
            return _joined([_part(each, module, depth) for each in parts])
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _joined([texts(left, module, depth), texts(right, module, depth)])
        case ast.IfExp(body=body, orelse=other):
            return texts(body, module, depth) | texts(other, module, depth)
        case ast.Name(id=name) if depth:
            return _named(name, module, depth - 1)
        case _:
            return {"{}"}


def _part(node: ast.expr, module: ast.Module, depth: int) -> set[str]:
    """A piece of an f-string; what it names stays a value, unless it is one of few texts written there."""
    if isinstance(node, ast.FormattedValue):
        return texts(node.value, module, depth) if isinstance(node.value, ast.IfExp) else {"{}"}
    return texts(node, module, depth)


def _joined(parts: list[set[str]]) -> set[str]:
    return {"".join(each) for each in product(*parts)}


def _named(name: str, module: ast.Module, depth: int) -> set[str]:
    """What is assigned to a name anywhere in its module."""
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == name for each in node.targets
        ):
            found |= texts(node.value, module, depth)
    return found or {"{}"}


def _given(call: ast.Call, argument: str, place: int | None) -> ast.expr | None:
    named = next((each.value for each in call.keywords if each.arg == argument), None)
    return named or (call.args[place] if place is not None and len(call.args) > place else None)


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def english(said: Iterable[str]) -> dict[str, set[str]]:
    """Each text with the English words left in it."""
    found = {text: set(WORD.findall(NAMES.sub("42", text))) for text in said}
    return {text: words for text, words in found.items() if words}
