"""C-CDA elements and their data types (CDA R2) as Python values and FHIR R4 elements, whatever their namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from medrag.patient.fhir.values import UCUM, Json, finite, text
from medrag.patient.hl7.resources import moment, present, system


def name_of(element: Any) -> str:
    """The element's name without its namespace; "" for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Any, *path: str) -> Iterator[Any]:
    """The elements at the end of ``path``."""
    if not path:
        yield element
        return
    for child in element if element is not None else ():
        if name_of(child) == path[0]:
            yield from children(child, *path[1:])


def child(element: Any, *path: str) -> Any:
    """The first element at the end of ``path``, or None."""
    return next(children(element, *path), None)


def attribute(element: Any, name: str, *path: str) -> str | None:
    """An attribute of the first element at ``path`` that has it."""
    return next((said for each in children(element, *path) if (said := text(each.get(name)))), None)


def templates(element: Any) -> set[str]:
    """The identifiers of the templates that an element conforms to, without their versions."""
    return {root for each in children(element, "templateId") if (root := each.get("root"))}


def kind_of(element: Any) -> str:
    """A value's ``xsi:type`` without prefix."""
    held = next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == "type"), "")
    return str(held).rpartition(":")[2]


def words_in(element: Any) -> str | None:
    """All the text under an element."""
    return None if element is None else text(" ".join(element.itertext()))


_LINES = {"paragraph", "item", "tr", "br", "caption", "list", "table", "title"}


def lines_in(element: Any) -> list[str]:
    """The text under a narrative element, line by line as it is shown."""
    parts: list[str] = []
    for event, each in _walked(element):
        if event == "end":
            parts.append("\n" if name_of(each) in _LINES else " ")
            parts.append(each.tail or "" if each is not element else "")
        else:
            parts.append(each.text or "")
    lines = (text(line) for line in "".join(parts).splitlines())
    return [line for line in lines if line]


def _walked(element: Any) -> Iterator[tuple[str, Any]]:
    yield "start", element
    for each in element:
        yield from _walked(each)
    yield "end", element


@dataclass(frozen=True)
class Narrative:
    """The texts of a document that its entries point at."""

    by_id: dict[str, Any]

    @classmethod
    def of(cls, root: Any) -> Narrative:
        """The elements with an ID anywhere under ``root``."""
        return cls({each.get("ID"): each for each in root.iter() if isinstance(each.tag, str) and each.get("ID")})

    def said(self, element: Any) -> str | None:
        """An element's own words, or those that its reference points at."""
        if element is None:
            return None
        target = attribute(element, "value", "reference")
        if target:
            return words_in(self.by_id.get(target.removeprefix("#")))
        return words_in(element)

    def concept(self, element: Any) -> Json | None:
        """A coded value (CD, CE) as a CodeableConcept: its code, its translations, its words."""
        if element is None:
            return None
        codings = [made for each in (element, *children(element, "translation")) if (made := _coding(each))]
        named = next((each["display"] for each in codings if "display" in each), None)
        said = named or self.said(child(element, "originalText")) or text(element.get("displayName"))
        if not codings and not said:
            return None
        return present({"coding": codings, "text": said})


def _coding(element: Any) -> Json | None:
    code = text(element.get("code"))
    if not code or element.get("nullFlavor"):
        return None
    return present(
        {"system": system(element.get("codeSystem")), "code": code, "display": text(element.get("displayName"))}
    )


def absent(element: Any) -> bool:
    """Whether an element is missing or says that it has no value."""
    return element is None or bool(element.get("nullFlavor"))


def is_given(element: Any) -> bool:
    """Whether a value says anything at all: an attribute ``value`` or ``code`` somewhere in it, or words."""
    held = (each for each in element.iter() if isinstance(each.tag, str))
    return words_in(element) is not None or any(text(each.get(n)) for each in held for n in ("value", "code"))


def low(time: Any) -> str | None:
    """When an interval begins; of a moment, the moment."""
    return moment(attribute(time, "value", "low")) or (moment(time.get("value")) if time is not None else None)


def high(time: Any) -> str | None:
    """When an interval ends."""
    return moment(attribute(time, "value", "high"))


def value(element: Any, narrative: Narrative) -> Json:
    """An observation's value as FHIR's ``value[x]``; empty where it has none."""
    read = _VALUES.get(kind_of(element), _words)
    return read(element, narrative)


def _concept(element: Any, narrative: Narrative) -> Json:
    found = narrative.concept(element)
    return {"valueCodeableConcept": found} if found else {}


def _day(element: Any, _: Narrative) -> Json:
    day = low(element)
    return {"valueDateTime": day} if day else {}


def _flag(element: Any, _: Narrative) -> Json:
    said = element.get("value")
    return {"valueBoolean": said == "true"} if said in {"true", "false"} else {}


def _ratio(element: Any, _: Narrative) -> Json:
    parts = [attribute(element, "value", name) for name in ("numerator", "denominator")]
    return {"valueString": ":".join(part for part in parts if part)} if all(parts) else {}


def _words(element: Any, narrative: Narrative) -> Json:
    said = narrative.said(element)
    return {"valueString": said} if said else {}


def quantity(element: Any) -> Json | None:
    """A PQ as a Quantity."""
    number = finite(element.get("value"))
    if number is None:
        return None
    unit = text(element.get("unit"))
    unit = None if unit == "1" else unit
    return {"value": number, **({"unit": unit, "system": UCUM, "code": unit} if unit else {})}


def _amount(element: Any, narrative: Narrative) -> Json:
    """A quantity, or the one in a unit that UCUM lacks, which stands as a translation."""
    for each in (element, *children(element, "translation")):
        if made := quantity(each):
            if "unit" not in made and (named := narrative.said(child(each, "originalText"))):
                made["unit"] = named
            return {"valueQuantity": made}
    return {}


def _interval(element: Any, _: Narrative) -> Json:
    least, most = child(element, "low"), child(element, "high")
    bounds = [None if absent(end) else quantity(end) for end in (least, most)]
    if bounds[0] and bounds[1]:
        return {"valueRange": {"low": bounds[0], "high": bounds[1]}}
    for bound, end, sign in ((bounds[0], least, ">"), (bounds[1], most, "<")):
        if bound:
            closed = "" if end.get("inclusive") == "false" else "="
            return {"valueQuantity": {**bound, "comparator": sign + closed}}
    return {}


_VALUES: dict[str, Callable[[Any, Narrative], Json]] = {
    **dict.fromkeys(("CD", "CE", "CO", "CV", "CS"), _concept),
    **dict.fromkeys(("PQ", "REAL", "INT", "MO"), _amount),
    **dict.fromkeys(("IVL_PQ", "IVL_INT", "IVL_REAL"), _interval),
    **dict.fromkeys(("TS", "IVL_TS"), _day),
    **dict.fromkeys(("RTO", "RTO_PQ_PQ", "RTO_QTY_QTY", "RTO_INT_INT"), _ratio),
    "BL": _flag,
}
