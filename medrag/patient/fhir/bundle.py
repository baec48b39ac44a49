"""A FHIR document as a list of entries that can look one another up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from medrag.patient.fhir.gaps import MAX_NESTING, gaps
from medrag.patient.fhir.values import Json, moment_of, objects, text
from medrag.patient.fhir.versions import as_r4
from medrag.patient.record.facts import moment
from medrag.types import Problem

_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?$")


@dataclass(frozen=True)
class Entry:
    """One resource, where it stands (``Observation/12``) and the URL its bundle gives it."""

    resource: Json
    name: str
    url: str | None = None
    kind_sent: str | None = None

    @property
    def name_sent(self) -> str:
        """Its name by the type that it was sent as, which former versions of FHIR call otherwise."""
        return f"{self.kind_sent or self.type}/{self.name.partition('/')[2]}"

    @property
    def type(self) -> str:
        """The resource's type."""
        return str(self.resource["resourceType"])


@dataclass(frozen=True)
class Document:
    """The entries of a bundle, the ways they are referred to, and what was wrong with it."""

    entries: list[Entry] = field(default_factory=list)
    by_reference: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def resolve(self, reference: Any, parent: Json) -> Json | None:
        """The resource a Reference means: contained in ``parent``, by fullUrl, by ``Type/id``; else ``None``."""
        target = text(reference.get("reference")) if isinstance(reference, dict) else None
        if target is None:
            return None
        if target.startswith("#"):
            contained = objects(parent.get("contained"))
            return next((item for item in contained if text(item.get("id")) in {target[1:], target}), None)
        entry = self.by_reference.get(target) or self.by_reference.get(tail(target))
        return entry.resource if entry else None


def tail(reference: str) -> str:
    """``Type/id`` out of an absolute or versioned reference; the reference itself where it has none."""
    match = _REFERENCE.search(reference)
    return match.group(1) if match else reference


def open_document(content: Any) -> Document:
    """The entries of a Bundle, a single resource, a list of either, or CDS Hooks' prefetch (names to resources).

    Each is put in R4's shape, whichever version of FHIR it is of.
    """
    document = Document()
    document.problems.extend(gaps(content))
    for position, (given, url) in enumerate(_walk(content, None, 0)):
        if text(given.get("resourceType")) is None:
            continue
        resource = as_r4(given)
        name = f"{resource['resourceType']}/{_identity(resource, url, position)}"
        _add(document, Entry(resource, name, url, text(given.get("resourceType"))))
    return document


def _walk(content: Any, url: str | None, depth: int) -> Iterator[tuple[Json, str | None]]:
    for item in objects(content):
        if item.get("resourceType") == "Bundle" and depth < MAX_NESTING:
            for entry in objects(item.get("entry")):
                if "resource" in entry:
                    yield from _walk(entry["resource"], text(entry.get("fullUrl")), depth + 1)
        elif "resourceType" not in item and depth == 0:
            for value in item.values():
                yield from _walk(value, None, depth + 1)
        else:
            yield item, url


def _identity(resource: Json, url: str | None, position: int) -> str:
    return text(resource.get("id")) or (url.rsplit("/", 1)[-1].rsplit(":", 1)[-1] if url else f"entry[{position}]")


def _add(document: Document, entry: Entry) -> None:
    """File ``entry``; of two versions of one resource the newer stays, and a real difference is reported."""
    keys = [key for key in (entry.url, entry.name) if key]
    twin = next((found for key in keys if (found := document.by_reference.get(key))), None)
    if twin and twin.type != entry.type:
        reason = f"its fullUrl is also that of {twin.name}; both are kept and references to it go to the first"
        document.problems.append(Problem(source=entry.name, reason=reason))
        document.entries.append(entry)
        document.by_reference.setdefault(entry.name, entry)
        return
    if twin:
        if twin.resource == entry.resource:
            return
        kept = entry if _updated(entry) >= _updated(twin) else twin
        document.problems.append(
            Problem(source=entry.name, reason="given more than once and differs; the newest is used")
        )
        document.entries[document.entries.index(twin)] = kept
        entry = kept
    else:
        document.entries.append(entry)
    for key in keys:
        document.by_reference[key] = entry


def _updated(entry: Entry) -> tuple[Any, str]:
    meta = entry.resource.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    version = text(meta.get("versionId")) or ""
    return moment(moment_of(meta.get("lastUpdated"))), version.zfill(20)
