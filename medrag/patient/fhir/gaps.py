"""What a FHIR document says that it lacks, or shows by holes: pages that follow, errors in a search's place, entries
without a resource.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from medrag.patient.fhir.values import Json, code_of, codes, objects, text
from medrag.types import ANY_LIST, Lost, Problem

MAX_NESTING = 4
"""Bundles within one another that are still opened."""
PAGED = "is one page of a longer list; the rest was not sent"
_FAILED = {"fatal", "error"}
# Issues after which something did not come, though the server only warns (http://hl7.org/fhir/issue-type).
_CUT_SHORT = {"incomplete", "timeout", "throttled", "too-costly", "transient", "exception", "no-store", "lock-error"}
_SUPPRESSED = "suppressed"
_KIND = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)/[^/]+$")
_LISTS: dict[str, Lost] = {
    "Condition": "conditions",
    "AllergyIntolerance": "allergies",
    "MedicationRequest": "medications",
    "MedicationStatement": "medications",
    "MedicationAdministration": "medications",
    "MedicationDispense": "medications",
    "Observation": "observations",
}
_FOLDED = {kind.casefold(): kind for kind in _LISTS}


def lists_of(kinds: Iterable[str]) -> tuple[Lost, ...]:
    """The patient's lists that resources of these kinds go to, as far as checks look there."""
    return tuple(dict.fromkeys(_LISTS[kind] for kind in sorted(kinds) if kind in _LISTS))


def unread(kinds: Iterable[str]) -> tuple[Lost, ...]:
    """The lists that resources of kinds which are not read may belong to: FHIR's own, misspelt, or whole bundles."""
    folded = {kind.casefold() for kind in kinds}
    return ANY_LIST if "bundle" in folded else lists_of(_FOLDED[kind] for kind in folded if kind in _FOLDED)


def has_more(bundle: Json) -> bool:
    """Whether a Bundle is a part of a longer list: a page follows, or there are more matches in all than it holds."""
    if any(item.get("relation") == "next" for item in objects(bundle.get("link"))):
        return True
    matches = [entry for entry in objects(bundle.get("entry")) if _search_mode(entry) in (None, "match")]
    total = bundle.get("total")
    counted = text(bundle.get("type")) in {"searchset", "history"}
    return counted and isinstance(total, int) and total > len(matches)


def is_failure(resource: Json) -> bool:
    """Whether a resource is a server's message that something did not come."""
    if resource.get("resourceType") != "OperationOutcome":
        return False
    issues = objects(resource.get("issue"))
    return not issues or any(
        text(each.get("severity")) in _FAILED
        or (text(each.get("severity")) == "warning" and text(each.get("code")) in _CUT_SHORT)
        for each in issues
    )


def gaps(content: Any) -> Iterator[Problem]:
    """What a document (resources, bundles of them, prefetch) lacks, with the lists that are then not whole."""
    named = isinstance(content, dict) and "resourceType" not in content
    for value in content.values() if named else [content]:
        if value is not None or not named:
            yield from _gaps(value, "entry", ANY_LIST, 0)


_CODED: dict[str, Lost] = {
    **dict.fromkeys(("10160-0", "medications"), "medications"),
    **dict.fromkeys(("48765-2", "allergies"), "allergies"),
    **dict.fromkeys(("11450-4", "problems"), "conditions"),
    **dict.fromkeys(("30954-2", "8716-3"), "observations"),
}
"""Lists and sections by their codes of LOINC and of FHIR's example codes for lists."""


def missing_members(
    holder: Json, resolve: Callable[[Json, Json], Json | None]
) -> Iterator[tuple[str, tuple[Lost, ...]]]:
    """What a List, or the sections of a Composition, name and the document does not hold, with the lists it is of."""
    counts: Counter[tuple[Lost, ...]] = Counter()
    listed = holder.get("resourceType") == "List"
    for part in [holder, *_sections(holder, 0)]:
        coded = tuple({_CODED[code]: None for _, code in codes(part.get("code")) if code in _CODED})
        for entry in objects(part.get("entry")):
            item = entry.get("item") if listed else entry if text(entry.get("reference")) else None
            if entry.get("deleted") is not True and isinstance(item, dict) and resolve(item, holder) is None:
                counts[_of_reference(item, coded)] += 1
    for lost, count in counts.items():
        yield f"names {count} entries that the document does not hold", lost


def _of_reference(item: Json, coded: tuple[Lost, ...]) -> tuple[Lost, ...]:
    """The list of the resource that a reference is to, by its type; else by the code of what holds it."""
    match = _KIND.search(text(item.get("reference")) or "")
    kind = match[1] if match else text(item.get("type"))
    return lists_of({kind}) if kind else coded or ANY_LIST


def _sections(holder: Json, depth: int) -> Iterator[Json]:
    for section in objects(holder.get("section")) if depth < MAX_NESTING else ():
        yield section
        yield from _sections(section, depth + 1)


def _gaps(content: Any, place: str, sought: tuple[Lost, ...], depth: int) -> Iterator[Problem]:
    for position, item in enumerate(_items(content)):
        here = f"{place}[{position}]" if isinstance(content, list) else place
        if not isinstance(item, dict) or text(item.get("resourceType")) is None:
            yield Problem(source=here, reason="not a resource: no resourceType", lost=sought)
        elif item["resourceType"] == "OperationOutcome":
            yield from _message(item, here, sought)
        elif item["resourceType"] == "Bundle" and depth < MAX_NESTING:
            yield from _of_bundle(item, depth)


def _of_bundle(bundle: Json, depth: int) -> Iterator[Problem]:
    name = f"Bundle/{text(bundle.get('id')) or 'page'}"
    entries = _items(bundle.get("entry"))
    searched = _searched(bundle)
    sought = lists_of({searched}) if searched else ANY_LIST
    if has_more(bundle):
        held = [each.get("resource") for each in objects(entries)]
        kinds = {str(each.get("resourceType")) for each in objects(held)} | ({searched} if searched else set())
        yield Problem(source=name, reason=PAGED, lost=lists_of(kinds) if kinds else ANY_LIST)
    for position, entry in enumerate(entries):
        place = f"{name}/entry[{position}]"
        if isinstance(entry, dict) and "resource" in entry:
            yield from _gaps(entry["resource"], place, _by_url(entry, sought), depth + 1)
        elif lacks := _lacks(entry):
            yield Problem(source=place, reason=lacks, lost=_by_url(entry, sought))


def _lacks(entry: Any) -> str | None:
    """What is wrong with an entry that has no resource; nothing where it only says what was done (deleted, created)."""
    response = entry.get("response") if isinstance(entry, dict) else None
    if isinstance(response, dict):
        failed = (text(response.get("status")) or "")[:1] in {"4", "5"}
        return "a request that failed; its answer was not sent" if failed else None
    asked = entry.get("request") if isinstance(entry, dict) else None
    return None if isinstance(asked, dict) else "an entry without a resource"


def _message(outcome: Json, place: str, sought: tuple[Lost, ...]) -> Iterator[Problem]:
    """The issue's type; its words may hold the patient's."""
    told = [code for each in objects(outcome.get("issue")) if (code := code_of(each.get("code")))]
    code = next((each for each in told if each.replace("-", "").isalpha()), "of no known type")
    if is_failure(outcome):
        reason = f"a server's message that something was not sent (OperationOutcome: {code})"
        yield Problem(source=place, reason=reason, lost=sought)
    elif _SUPPRESSED in told:
        yield Problem(source=place, reason="a server's message that it may have held something back")


def _by_url(entry: Any, sought: tuple[Lost, ...]) -> tuple[Lost, ...]:
    """The list of the resource that an entry's URL names ("https://server/MedicationRequest/9"), else those sought."""
    match = _KIND.search(text(entry.get("fullUrl")) or "") if isinstance(entry, dict) else None
    return lists_of({match[1]}) if match else sought


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _search_mode(entry: Json) -> str | None:
    search = entry.get("search")
    return text(search.get("mode")) if isinstance(search, dict) else None


def _searched(bundle: Json) -> str | None:
    """The kind of resource that a search was for, by its own link ("Condition?patient=1")."""
    own = next((text(item.get("url")) for item in objects(bundle.get("link")) if item.get("relation") == "self"), None)
    kind = (own or "").partition("?")[0].rstrip("/").rpartition("/")[2]
    return kind if kind.isalpha() and kind[:1].isupper() else None
