"""Advice as the JSON object a program asked for: by ``response_format``, or as the arguments of a function it offers.

The object is :func:`medrag.rendering.released` of the advice with its whole ``text`` beside it, cut down to what the
program's JSON schema names: LangChain's ``with_structured_output(Advice)``, openai-python's ``parse``, or a smaller
schema of one's own with the same names. A schema that asks for what advice does not hold is refused. Functions that
are only offered are never called: medrag advises, and acts on nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from medrag import rendering
from medrag.errors import InputError
from medrag.messages import Language
from medrag.types import Advice

Json = dict[str, Any]

FIELDS = (*Advice.model_fields, "text")
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}
_MOST_STEPS = 50_000
"""How much of a schema is gone through before it is refused: one may name itself."""


@dataclass(frozen=True)
class Wanted:
    """The schema to fill (any object where it is empty), and the function whose arguments it is."""

    schema: Mapping[str, Any]
    function: str | None = None
    param: str = "response_format"

    def filled(self, advice: Advice, language: Language) -> str:
        """The JSON text.

        Raises:
            InputError: the schema leaves no room for this advice.
        """
        text = rendering.render(advice, language)
        whole = rendering.released(advice).model_dump(mode="json") | {"text": text}
        return json.dumps(self.cut(whole), ensure_ascii=False)

    def cut(self, whole: Json) -> Any:
        """``whole`` as far as the schema names it; raises as :meth:`filled`."""
        try:
            return _Schema(self.schema).cut(self.schema, whole, "") if self.schema else whole
        except (_Misfit, RecursionError) as error:
            place = error if isinstance(error, _Misfit) else "it names itself"
            raise InputError(
                f"{self.param} asks for what advice does not hold ({place}); its fields are {', '.join(FIELDS)}",
                param=self.param,
                code="unsupported_schema",
            ) from None


def wanted(fields: Mapping[str, Any]) -> Wanted | None:
    """What a request's ``response_format``, ``tools`` and ``tool_choice`` ask for; None for text.

    Raises:
        InputError: a form or a function that cannot be served.
    """
    asked = _function(fields.get("tools") or (), fields.get("tool_choice")) or _format(fields.get("response_format"))
    if asked and (missing := _unknown(asked.schema)):
        raise InputError(
            f"{asked.param} asks for {', '.join(map(repr, missing[:5]))}, which advice does not hold; "
            f"its fields are {', '.join(FIELDS)}",
            param=asked.param,
            code="unsupported_schema",
        )
    return asked


def _format(asked: Any) -> Wanted | None:
    kind = asked.get("type") if isinstance(asked, dict) else "text" if asked is None else None
    if kind == "text":
        return None
    if kind == "json_object":
        return Wanted({})
    schema = _dict(asked.get("json_schema")).get("schema") if kind == "json_schema" else None
    if not isinstance(schema, dict):
        raise InputError(
            "response_format must be text, json_object, or a json_schema with its schema",
            param="response_format",
            code="unsupported_parameter",
        )
    return Wanted(schema)


def _function(tools: Sequence[Any], choice: Any) -> Wanted | None:
    """The function that the request says must be called; None where none has to be."""
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        allowed = _dict(choice.get("allowed_tools"))
        tools, choice = allowed.get("tools") or (), allowed.get("mode")
    if choice in (None, "none", "auto"):
        return None
    offered = {each["name"]: each for each in _functions(tools)}
    named = _dict(choice.get("function")).get("name") if isinstance(choice, dict) else None
    for name in [named] if named else offered if choice in ("required", "any") else ():
        schema = _dict(_dict(offered.get(name)).get("parameters"))
        if schema and not _unknown(schema):
            return Wanted(schema, name, "tools")
    raise InputError(
        "medrag calls no functions; one that must be called has to take advice: "
        f"parameters of the names {', '.join(FIELDS)}",
        param="tool_choice",
        code="unsupported_parameter",
    )


def _functions(tools: Sequence[Any]) -> Iterator[Json]:
    for each in tools:
        function = _dict(_dict(each).get("function"))
        if isinstance(function.get("name"), str):
            yield function


def _required(schema: Mapping[str, Any]) -> Sequence[str]:
    names = schema.get("required")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else ()


def _unknown(schema: Mapping[str, Any]) -> Sequence[str]:
    """What the object must hold and advice does not; where nothing must be, all its names if advice has none."""
    names = _required(schema) or list(_dict(schema.get("properties")))
    missing = [name for name in names if name not in FIELDS]
    return missing if _required(schema) or len(missing) == len(names) else ()


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


class _Misfit(Exception):
    """The place in the schema that a value does not fit; no word of the value."""


@dataclass
class _Schema:
    """A JSON schema as a mould: objects lose what it does not name, anything else fits or does not."""

    root: Mapping[str, Any]
    steps: int = 0

    def cut(self, schema: Any, value: Any, place: str) -> Any:
        """``value`` as ``schema`` has it; raises :class:`_Misfit`."""
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise _Misfit("the schema is too deep")
        if not isinstance(schema, dict):
            return value
        if "$ref" in schema:
            return self.cut(self._referred(schema["$ref"], place), value, place)
        for each in schema.get("allOf") or ():
            value = self.cut(each, value, place)
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self._first(choices, value, place)
        if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value != schema["const"]):
            raise _Misfit(f"{place or 'the whole'}: none of the values it allows")
        return self._typed(schema, value, place)

    def _referred(self, reference: Any, place: str) -> Any:
        found: Any = self.root
        for part in str(reference).removeprefix("#").strip("/").split("/"):
            found = _dict(found).get(part) if part else found
        if not isinstance(found, dict):
            raise _Misfit(f"{place}: a $ref that leads nowhere")
        return found

    def _first(self, choices: Any, value: Any, place: str) -> Any:
        problem = _Misfit(place)
        for each in choices if isinstance(choices, list) else ():
            try:
                return self.cut(each, value, place)
            except _Misfit as error:
                problem = error
        raise problem

    def _typed(self, schema: Json, value: Any, place: str) -> Any:
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds] if kinds else []
        if isinstance(value, dict) and (not kinds or "object" in kinds):
            return self._object(schema, value, place)
        if isinstance(value, list) and (not kinds or "array" in kinds):
            return [self.cut(schema.get("items"), each, f"{place}[]") for each in value]
        if kinds and not any(_is(value, kind) for kind in kinds):
            raise _Misfit(f"{place or 'the whole'}: not of the type {'/'.join(map(str, kinds))}")
        return value

    def _object(self, schema: Json, value: Json, place: str) -> Json:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return value
        if missing := [name for name in _required(schema) if name not in value]:
            raise _Misfit(f"{place}.{missing[0]}".lstrip("."))
        held = {name: each for name, each in properties.items() if name in value}
        return {name: self.cut(each, value[name], f"{place}.{name}".lstrip(".")) for name, each in held.items()}


def _is(value: Any, kind: Any) -> bool:
    return isinstance(value, _TYPES.get(str(kind), ())) and (kind == "boolean" or not isinstance(value, bool))
