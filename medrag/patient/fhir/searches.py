"""Whether what a FHIR server gave is all of it: pages that follow, counts that do not agree, errors in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from medrag.patient.fhir.gaps import has_more, is_failure
from medrag.patient.fhir.values import Json, code_of, objects, text


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A part of what was sent that is not whole; with ``failure``, nothing of it came."""

    part: str
    failure: str | None = None


def shortfalls(content: Any) -> list[Shortfall]:
    """The parts of a prefetch (names to resources), or the one Bundle, that are not whole."""
    named = content if isinstance(content, dict) and "resourceType" not in content else {"Bundle": content}
    return [found for name, value in named.items() for found in _of_part(str(name), value)]


def next_page(bundle: Any) -> str | None:
    """The URL of the page after this one."""
    links = objects(bundle.get("link")) if isinstance(bundle, dict) else []
    return next((text(each.get("url")) for each in links if each.get("relation") == "next"), None)


def _of_part(name: str, value: Any) -> Iterator[Shortfall]:
    """What of one part is not whole; null and an empty list say that there is nothing."""
    resources = objects(value)
    if value not in (None, []) and not (resources and all(each.get("resourceType") for each in resources)):
        yield Shortfall(name, "it is no FHIR resource")
    for each in resources:
        yield from _of(name, each)


def _of(name: str, resource: Json) -> Iterator[Shortfall]:
    if is_failure(resource):
        yield Shortfall(name, _said(resource))
    if resource.get("resourceType") != "Bundle":
        return
    entries = objects(resource.get("entry"))
    held = [found for entry in entries for found in objects(entry.get("resource"))]
    if failed := next((each for each in held if is_failure(each)), None):
        yield Shortfall(name, _said(failed))
    elif has_more(resource):
        yield Shortfall(name)


def _said(outcome: Json) -> str:
    """The issue's type; its words may hold the patient's."""
    code = next((code for each in objects(outcome.get("issue")) if (code := code_of(each.get("code")))), None)
    return f"OperationOutcome: {code}" if code and code.replace("-", "").isalpha() else "OperationOutcome"
