"""Requests that chat front ends send on their own account: a title, tags, follow-ups for a conversation.

They are no clinical questions, so they go through no retrieval; and what a language model would write for them would
pass no filter, so none is asked. A title is made of the user's own first words; the rest (tags, follow-ups, queries,
an emoji, a completion of what is being typed) comes back empty.

Such a request is known by its kind, not by the words of one front end: the last message, or the system's, orders a
title (or another of these) *of a conversation*; a front end that hands over a JSON schema gets its fields filled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from medrag.server.routes.requests import ChatMessage, ChatRequest

TITLE_WORDS = 6

_VERB = r"\b(?:generat|creat|provid|writ|giv|suggest|summari[sz]|mak|produc|output|return)\w*\b"
_TALK = r"\b(?:conversation|chat|dialog(?:ue)?|thread|session|discussion|messages?)\b"
_THING = r"\b(?:title|headline|emoji)s?\b"
_NEAR = r"(?:[^.]|(?<=\d)\.){0,140}?"
_ORDERS = re.compile(
    rf"{_VERB}{_NEAR}{_THING}{_NEAR}{_TALK}|{_VERB}{_NEAR}{_TALK}{_NEAR}{_THING}|{_TALK}{_NEAR}{_VERB}{_NEAR}{_THING}"
    rf"|{_TALK}{_NEAR}\btitling\b|\bgive (?:this|our) {_TALK} an? (?:\w+ )?name\b|\bemoji\b[\s\S]{{0,120}}\bmessage\b",
    re.IGNORECASE,
)
"""To make a title (or its like) and, in the same sentence, the conversation it is of."""
_CLINICAL = re.compile(
    r"\b(?:patient|diagnos|treat|dos(?:e|ing)|drug|therap|prescri|clinic|medic|health|doctor|nurse|guideline)\w*",
    re.IGNORECASE,
)
"""What no order of a front end says, and a clinician's question or a hospital's own system message does."""
_ORDER_CHARACTERS = 600
"""How far into a message an order is looked for: it comes first, and what follows is the conversation."""
_TASK = re.compile(r"\A\s*### Task:[\s\S]*<chat_history>", re.IGNORECASE)
_FIELD = re.compile(r'JSON format:[\s`]*\{\s*"(?P<field>\w+)":\s*(?P<opens>["[])', re.IGNORECASE)

_USER = re.compile(r"^\W*(?:user|human)\W*?:\s*(?P<said>\S.*)", re.IGNORECASE | re.MULTILINE)
_QUOTED = re.compile(
    r"<(?:chat_history|conversation|message|content|context)>\s*(?P<said>[\s\S]*?)\s*</", re.IGNORECASE
)
_HEADING = re.compile(
    r"^\W*(?:conversation|chat(?: history)?|messages?|input|text)\W*:\s*(?P<said>\S[\s\S]*)", re.I | re.M
)


def chore(request: ChatRequest) -> str | None:
    """The answer to a front end's own request; None when the request is a person's question."""
    order = _order(request.messages)
    if order is None:
        return None
    title = _title(_first_words(request.messages))
    if schema := _schema(request.model_extra or {}):
        return json.dumps({name: _filled(name, kind, title) for name, kind in schema.items()}, ensure_ascii=False)
    field = _FIELD.search(order)
    if field and field["field"] != "title":
        return json.dumps({field["field"]: [] if field["opens"] == "[" else ""})
    if field or _TASK.search(order):
        return json.dumps({"title": title}, ensure_ascii=False)
    return "" if "emoji" in order.lower() and "title" not in order.lower() else title


def _order(messages: tuple[ChatMessage, ...]) -> str | None:
    """The message that orders something of a conversation: the last one, or the system's before a single other."""
    *before, last = messages
    alone = all(each.role in ("system", "developer") for each in before)
    for message in (last, *(before if alone else ())):
        text = _text(message)
        if _TASK.search(text):
            return text
        found = _ORDERS.search(text[:_ORDER_CHARACTERS])
        if found and not _CLINICAL.search(found[0] if message is last else text):
            return text
    return None


def _first_words(messages: tuple[ChatMessage, ...]) -> str:
    """What the user said first: in the transcript that the order holds, else in the messages before it."""
    order = _text(messages[-1])
    for pattern in (_USER, _QUOTED, _HEADING):
        if found := pattern.search(order):
            inner = _USER.search(found["said"])
            return (inner or found)["said"]
    earlier = [_text(each) for each in messages[:-1] if each.role == "user"]
    return earlier[0] if earlier else order


def _text(message: ChatMessage) -> str:
    return "".join(part.text or "" for part in message.content).strip()


def _schema(fields: Mapping[str, Any]) -> dict[str, str]:
    """The properties, with their types, of the JSON schema that the front end wants filled."""
    for schema in _schemas(fields):
        properties = schema.get("properties") if isinstance(schema, dict) else None
        if isinstance(properties, dict):
            return {
                name: str(each.get("type", "")) if isinstance(each, dict) else "" for name, each in properties.items()
            }
    return {}


def _schemas(fields: Mapping[str, Any]) -> Iterator[Any]:
    form = fields.get("response_format")
    if isinstance(form, dict) and isinstance(form.get("json_schema"), dict):
        yield form["json_schema"].get("schema")


def _filled(name: str, kind: str, title: str) -> Any:
    if name == "title":
        return title
    return {"array": [], "object": {}, "boolean": False, "number": 0, "integer": 0}.get(kind, "")


def _title(said: str) -> str:
    words = said.strip().strip("\"'").split()
    return " ".join(words[:TITLE_WORDS]) + ("…" if len(words) > TITLE_WORDS else "")
