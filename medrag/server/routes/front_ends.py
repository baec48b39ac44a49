"""Requests that chat front ends send on their own account: a title, tags, follow-ups for a conversation.

They are no clinical questions, so they go through no retrieval; and what a language model would write for them would
pass no filter, so none is asked. A title is made of the user's own first words; the rest (tags, follow-ups, queries,
a completion of what is being typed) comes back empty.
"""

from __future__ import annotations

import json
import re

from medrag.server.routes.requests import ChatRequest

TITLE_WORDS = 6

# Open WebUI's task prompts share this frame; LibreChat's title prompt is its own.
_OPEN_WEBUI = re.compile(r"^### Task:.*<chat_history>(?P<talk>.*)</chat_history>", re.DOTALL)
_OPEN_WEBUI_FIELD = re.compile(r'JSON format:[\s`]*\{\s*"(?P<field>\w+)":\s*(?P<opens>["[])')
_LIBRECHAT = re.compile(
    r"^Provide a concise, 5-word-or-less title for the conversation.*?Conversation:(?P<talk>.*)", re.DOTALL
)
_USER = re.compile(r"^\s*user:\s*(?P<said>.+)", re.IGNORECASE | re.MULTILINE)


def chore(request: ChatRequest) -> str | None:
    """The answer to a front end's own request; None when the request is a person's question."""
    text = "".join(part.text or "" for part in request.messages[-1].content).strip()
    if found := _OPEN_WEBUI.search(text):
        field = _OPEN_WEBUI_FIELD.search(text)
        if field is None or field["field"] == "title":
            return json.dumps({"title": _title(found["talk"])}, ensure_ascii=False)
        return json.dumps({field["field"]: [] if field["opens"] == "[" else ""})
    if found := _LIBRECHAT.search(text):
        return _title(found["talk"])
    return None


def _title(talk: str) -> str:
    said = _USER.search(talk)
    words = (said["said"] if said else talk).split()
    return " ".join(words[:TITLE_WORDS]) + ("…" if len(words) > TITLE_WORDS else "")
