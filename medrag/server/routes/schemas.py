"""What the routes answer, as the service's OpenAPI describes it to generators of clients."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from medrag.server.about.document import Document
from medrag.types import Advice, Evidence, Finding, Provenance

Described = dict[int | str, dict[str, Any]]


def described(model: type[BaseModel], *others: str, status: int = 200) -> Described:
    """A route's ``responses``: ``model`` as JSON, and other media types beside it."""
    return {status: {"model": model, "content": {each: {} for each in others}}}


STREAM = "text/event-stream"


class UrlCitation(BaseModel):
    """A mark in the text (code points, end exclusive) and its source."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """OpenAI's annotation of a message."""

    index: int
    type: Literal["url_citation"]
    url_citation: UrlCitation


class CalledFunction(BaseModel):
    """The function that takes the advice."""

    name: str
    arguments: str


class ToolCall(BaseModel):
    """OpenAI's call of a function."""

    id: str
    type: Literal["function"]
    function: CalledFunction


class CompletionMessage(BaseModel):
    """What medrag said: text, an object as text, or the call of a function that takes it."""

    role: Literal["assistant"]
    content: str | None
    refusal: None
    annotations: tuple[Annotation, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()


class Choice(BaseModel):
    """The only choice."""

    index: Literal[0]
    message: CompletionMessage
    logprobs: None
    finish_reason: Literal["stop", "length", "content_filter", "tool_calls"]


class CompletionUsage(BaseModel):
    """Tokens."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """OpenAI's completion, with the advice beside it; a front end's title has none."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    system_fingerprint: None
    choices: tuple[Choice, ...] = Field(min_length=1, max_length=1)
    usage: CompletionUsage
    medrag: Advice | None = None


class ResponseUsage(BaseModel):
    """Tokens."""

    input_tokens: int
    output_tokens: int
    total_tokens: int


class ResponseBody(BaseModel):
    """OpenAI's response, with the advice beside it."""

    id: str
    object: Literal["response"]
    created_at: int
    model: str
    status: Literal["completed", "incomplete"]
    output: tuple[dict[str, Any], ...]
    usage: ResponseUsage
    medrag: Advice | None = None


class ModelCard(BaseModel):
    """A model that a request may name."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"]
    data: tuple[ModelCard, ...]


class SearchAnswer(BaseModel):
    """Passages, best first."""

    object: Literal["list"]
    data: tuple[Evidence, ...]


class About(Document):
    """The transparency document, and the versions and hashes of what runs here."""

    object: Literal["about"]
    running: Provenance


class Health(BaseModel):
    """Whether a question would be answered now, or why not."""

    status: str
    version: str
    model: str
    index: str
    max_body_bytes: int


class PatientAnswer(BaseModel):
    """A patient as it is understood, in medrag's JSON schema, and a summary for a reader."""

    object: Literal["patient"]
    patient: dict[str, Any]
    summary: str


class FeedbackAnswer(BaseModel):
    """What was kept."""

    object: Literal["feedback"]
    advice: str
    statement: int
    verdict: str


class OrderAnswer(BaseModel):
    """What was said of one order."""

    reference: str | None
    name: str
    verdict: str
    findings: tuple[Finding, ...]


class CheckAnswer(BaseModel):
    """What the safety filter said; ``verdict`` is the worst of it: withhold, warn, not_assessed or pass."""

    object: Literal["check"]
    verdict: str
    findings: tuple[Finding, ...]
    orders: tuple[OrderAnswer, ...]
