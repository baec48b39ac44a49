"""FHIR as XML (https://hl7.org/fhir/R4/xml.html), made into the JSON of the same resource.

XML does not say which elements repeat nor which values are numbers. R4's models do, once a resource has R4's shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, get_args

from lxml import etree  # type: ignore[import-untyped]

from medrag.patient.fhir.values import Json, finite
from medrag.patient.fhir.versions.convert import as_r4

NAMESPACE = "http://hl7.org/fhir"


def read_xml(root: Any) -> Json:
    """The resource under an XML element as JSON in R4's shape; a Bundle's entries likewise."""
    return _shaped(_resource(root))


def _resource(element: Any) -> Json:
    return {"resourceType": _name(element), **_children(element)}


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)


def _elements(element: Any) -> Iterator[Any]:
    return (child for child in element if isinstance(child.tag, str))


def _children(element: Any) -> Json:
    """The children by name; one that stands more than once as a list."""
    found: Json = {}
    for child in _elements(element):
        name, value = _name(child), _value(child)
        if name in found:
            held = found[name]
            found[name] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            found[name] = value
    return found


def _value(element: Any) -> Any:
    name = _name(element)
    if name == "div":
        return etree.tostring(element, encoding="unicode", with_tail=False)
    inner = list(_elements(element))
    if name in {"contained", "resource"} and len(inner) == 1 and _name(inner[0])[:1].isupper():
        return _resource(inner[0])
    if "value" in element.attrib:
        return element.attrib["value"]
    return {**{key: element.attrib[key] for key in ("id", "url") if key in element.attrib}, **_children(element)}


def _shaped(resource: Json) -> Json:
    """The resource with lists and numbers where R4 has them; one of a kind that R4 does not have stays as it is."""
    from fhir.resources.R4B import get_fhir_model_class

    if resource["resourceType"] == "Bundle":
        entries = [_entry(item) for item in _list(resource.get("entry"))]
        return {"resourceType": "Bundle", "entry": entries}
    made = as_r4(resource)
    try:
        model = get_fhir_model_class(made["resourceType"])
    except (KeyError, ValueError):
        return made
    return {"resourceType": made["resourceType"], **_fitted(made, model)}


def _entry(item: Any) -> Any:
    if isinstance(item, dict) and isinstance(item.get("resource"), dict) and "resourceType" in item["resource"]:
        return {**item, "resource": _shaped(item["resource"])}
    return item


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _fitted(held: Json, model: Any) -> Json:
    fields = _fields(model)
    return {
        name: _fit(value, *fields[name]) if name in fields else value
        for name, value in held.items()
        if name != "resourceType"
    }


def _fit(value: Any, repeats: bool, kind: Any) -> Any:
    if repeats:
        return [_fit(item, False, kind) for item in _list(value)]
    if isinstance(value, dict):
        if "resourceType" in value:
            return _shaped(value)
        return _fitted(value, kind) if hasattr(kind, "model_fields") else value
    if not isinstance(value, str):
        return value
    if kind is bool:
        return {"true": True, "false": False}.get(value, value)
    return _number(value) if kind == "number" else value


def _number(words: str) -> Any:
    number = finite(words)
    if number is None:
        return words
    return int(number) if number.is_integer() and "." not in words else number


@cache
def _fields(model: Any) -> dict[str, tuple[bool, Any]]:
    """By name in JSON: whether it repeats, and what it holds (a model, bool, "number", or None for words)."""
    return {field.alias or name: _kind(field.annotation) for name, field in model.model_fields.items()}


def _kind(annotation: Any) -> tuple[bool, Any]:
    """What a field's annotation says: Optional[X], List[X], Annotated[X, ...], or a placeholder naming its model."""
    inner = [each for each in get_args(annotation) if each is not type(None)]
    if getattr(annotation, "__origin__", None) is list:
        return True, _kind(inner[0])[1]
    if inner and not hasattr(annotation, "__metadata__"):
        return _kind(inner[0])
    held = getattr(annotation, "__origin__", annotation)
    if path := getattr(held, "_model_klass", None):
        module, _, name = str(path).rpartition(".")
        return False, getattr(import_module(module), name)
    named = getattr(held, "__name__", "")
    return False, bool if named == "bool" else "number" if named in {"int", "Decimal", "float"} else None
