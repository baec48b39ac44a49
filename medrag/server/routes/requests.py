"""What a client may send, and how it becomes a :class:`~medrag.types.Case`.

The patient travels in the ``medrag`` field (whole, or as the id of a stored one) or as a message (or content part)
that is nothing but a JSON object: a FHIR resource or the schema of :class:`~medrag.types.Patient`. The last user
message is the question. What was said beside it, also by an agent's tools, is context and follows it; what the
assistant said is not evidence and is left out. The engine reads all of it as a note too, so that an allergy in plain
words reaches the safety filter.

Unknown fields are accepted, and so are ``seed`` and the sampling parameters: decoding is greedy, so that the same
request has the same answer under every one of them. ``stop`` ends the answer before the first statement that holds it.
``response_format`` and ``tools`` are :mod:`~medrag.server.routes.openai.structured`'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from medrag.errors import InputError, PatientError
from medrag.files import Ambiguous, strict_json
from medrag.knowledge import Knowledge
from medrag.messages import Language, Tag
from medrag.patient import ensure_same_person, from_json
from medrag.server.routes.openai.structured import Wanted, wanted
from medrag.types import Case, Filters, Patient

MODEL = "medrag"
MAX_STOPS = 16
INVALID_PATIENT = {"invalid_request": "invalid_patient"}
"""The code of a patient that does not parse, where the error has none of its own."""
_TOOLS = ("tool", "function")

_Stop = str | list[str] | None
_DATA_URL = re.compile(r"data:image/(?:png|jpe?g|webp|gif);base64,[A-Za-z0-9+/=\s]+\Z")


class Image(BaseModel):
    """OpenAI's ``image_url``; only ``data:`` URLs are taken, so that no server fetches what a stranger names."""

    url: str = Field(repr=False)


class Part(BaseModel):
    """A piece of a message's content: text, or an image for a vision model."""

    type: str
    text: str | None = None
    image_url: Image | None = None


def _parts(content: Any) -> Any:
    if content is None:
        return []
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _stops(stop: Any) -> Any:
    stops = [stop] if isinstance(stop, str) else stop
    return [each for each in stops if each != ""] if isinstance(stops, list) else stops or ()


class ChatMessage(BaseModel):
    """One message; its content is a string or a list of parts."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[tuple[Part, ...], BeforeValidator(_parts, json_schema_input_type=str | list[Part] | None)] = ()


class Extension(BaseModel):
    """The ``medrag`` field. Strict, for a patient under a misspelt name would be advice for nobody."""

    model_config = ConfigDict(extra="forbid")

    patient: dict[str, Any] | None = Field(
        default=None, description="FHIR R4, PharmCAT's report, or medrag's JSON schema."
    )
    patient_id: str | None = Field(default=None, max_length=200, description="Id of a stored patient, in its place.")
    filters: Filters = Filters()
    one_person: bool = Field(
        default=False, description="The patient and the question are of one person though they seem not to be."
    )


class ChatExtension(Extension):
    """The ``medrag`` field of a chat request."""

    language: Tag | None = Field(
        default=None,
        description="What findings, notices and messages are said in, by its tag (`zh`, `zh-CN`); else the best of "
        "`Accept-Language`, else the question's.",
    )
    steps: bool = Field(
        default=False,
        description="Begin a stream as soon as search has ended, with a chunk that says so (`medrag_event`; in the "
        "Responses API, with its opening events). What fails "
        "after that is told in the stream, and not by its status.",
    )


class StreamOptions(BaseModel):
    """OpenAI's ``stream_options``."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """The body of ``POST /v1/chat/completions``."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: tuple[ChatMessage, ...] = Field(min_length=1)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    stop: Annotated[
        tuple[str, ...], Field(max_length=MAX_STOPS), BeforeValidator(_stops, json_schema_input_type=_Stop)
    ] = ()
    seed: int | None = None
    medrag: ChatExtension = ChatExtension()

    @property
    def token_limit(self) -> int | None:
        """The most tokens the model may decode."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def language(self) -> Language:
        """What the answer is said in, once :meth:`read_in` has settled it."""
        return self.medrag.language or "en"

    def read_in(self, language: Language) -> ChatRequest:
        """It with its reader's language."""
        return self.model_copy(update={"medrag": self.medrag.model_copy(update={"language": language})})

    @property
    def wanted(self) -> Wanted | None:
        """The object asked for in the place of text; raises InputError where it cannot be had."""
        return wanted(self.model_extra or {})

    @property
    def include_usage(self) -> bool:
        """Whether a stream ends with a usage chunk."""
        return self.stream_options is not None and self.stream_options.include_usage


class SearchRequest(Extension):
    """The body of ``POST /v1/search``."""

    question: str = Field(min_length=1)
    k: int = Field(default=5, ge=1, le=50)


_ACCEPTED: Mapping[str, tuple[Any, ...]] = {
    "n": (1,),
    "function_call": ("none", "auto"),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "modalities": (["text"],),
    "audio": (),
    "patient": (),
    "filters": (),
}
"""The fields that would change what an answer is, with the values that do not; ``null`` always goes."""
_INSTEAD = {
    "n": "advice is deterministic, so only n=1 makes sense",
    "patient": "put it inside the `medrag` field: medrag.patient",
    "filters": "put them inside the `medrag` field: medrag.filters",
}


_BESIDE = "Said before:"

Stored = Callable[[str], Patient]
"""Gives the stored patient with an id."""


def case_of(request: ChatRequest, stored: Stored, knowledge: Knowledge) -> Case:
    """The case a chat request puts; ``stored`` is asked where it names a patient by id.

    Raises:
        InputError: an unknown model, an unsupported parameter or part, or no question.
        PatientError: the patient does not parse, or the question names someone else.
    """
    if request.model != MODEL:
        raise InputError(f"there is no such model here; use {MODEL!r}", param="model", code="model_not_found")
    _refuse_unsupported(request.model_extra or {})
    patient = patient_of(request.medrag, stored, knowledge, "medrag.")
    images = tuple(_images(request.messages))
    asked: list[str] = []
    beside: list[str] = []
    sent_as = request.medrag.patient
    for role, where, text in _texts(request.messages):
        found = _tools_patient(text, knowledge) if role in _TOOLS else _sent_patient(text, where, knowledge)
        if found is None:
            (asked if role == "user" else beside).append(text)
        elif patient is None:
            sent_as, patient = found
        else:
            raise InputError("two patients were given; send one", param=where, code="two_patients")
    question, sent = _question(request.messages, asked, beside), request.medrag
    if sent_as and not sent.one_person:
        ensure_same_person(sent_as, question, knowledge=knowledge)
    return Case(question=question, patient=patient, filters=sent.filters, one_person=sent.one_person, images=images)


def asked(case: Case) -> str:
    """The question of a chat's case, without what was said beside it."""
    return case.question.partition(f"\n\n{_BESIDE}\n\n")[0]


def _refuse_unsupported(fields: Mapping[str, Any]) -> None:
    for name, accepted in _ACCEPTED.items():
        value = fields.get(name)
        if value is not None and value not in accepted:
            instead = _INSTEAD.get(name, "advice comes as cited text and as the `medrag` object; leave it out")
            raise InputError(f"{name} is not supported: {instead}", param=name, code="unsupported_parameter")


def _texts(messages: tuple[ChatMessage, ...]) -> Iterator[tuple[str, str, str]]:
    """Every text but the assistant's, with who said it and where it stands."""
    for number, message in enumerate(messages):
        for place, part in enumerate(message.content):
            where = f"messages[{number}].content"
            if part.type != "text":
                if part.type == "image_url" or message.role == "assistant":
                    continue
                raise InputError(
                    "only text and image_url content is supported; send the report's text",
                    param=f"{where}[{place}].type",
                    code="unsupported_content",
                )
            if message.role != "assistant" and part.text and part.text.strip():
                yield message.role, where, part.text.strip()


def _images(messages: tuple[ChatMessage, ...]) -> Iterator[str]:
    """The user's images, as data: URLs."""
    for number, message in enumerate(messages):
        for place, part in enumerate(message.content):
            if part.type != "image_url" or message.role == "assistant":
                continue
            if part.image_url is None or not _DATA_URL.match(part.image_url.url):
                raise InputError(
                    "image_url must hold a base64 data: URL of a PNG, JPEG, WebP or GIF image",
                    param=f"messages[{number}].content[{place}].image_url",
                    code="unsupported_content",
                )
            yield part.image_url.url


def _question(messages: tuple[ChatMessage, ...], asked: list[str], beside: list[str]) -> str:
    """The user's last text first, because retrieval reads the beginning, then what was said beside it."""
    if messages[-1].role not in ("user", *_TOOLS):
        raise InputError("the last message must be the user's question", param=f"messages[{len(messages) - 1}].role")
    if not (asked or beside):
        raise InputError("the messages hold no question", param="messages")
    *said, question = [*beside, *asked]
    return "\n\n".join([question, _BESIDE, *said]) if said else question


def _sent_patient(text: str, where: str, knowledge: Knowledge) -> tuple[dict[str, Any], Patient] | None:
    """The patient that a message is, as sent and as read; None when it is words. Any JSON object is meant as one."""
    found = _json_object(text, where)
    patient = parse_patient(found, where, knowledge)
    return None if found is None or patient is None else (found, patient)


def _tools_patient(text: str, knowledge: Knowledge) -> tuple[dict[str, Any], Patient] | None:
    """The patient that a tool gave; it may as well have given any other object, which then is words."""
    try:
        return _sent_patient(text, "messages", knowledge)
    except PatientError:
        return None


def _json_object(text: str, where: str) -> dict[str, Any] | None:
    """The object that ``text`` is (a code fence around it is dropped); None when it is anything else.

    Raises PatientError for one that can be read in two ways.
    """
    bare = text.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    if not (bare.startswith("{") and bare.endswith("}")):
        return None
    try:
        value = strict_json(bare)
    except Ambiguous as error:
        raise PatientError(f"the patient is not usable JSON: {error}", param=where, code="invalid_patient") from None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def patient_of(sent: Extension, stored: Stored, knowledge: Knowledge, place: str, question: str = "") -> Patient | None:
    """The patient that was sent, or the stored one that was named; ``place`` is what the field's name follows.

    Raises:
        InputError: both were given, or there is no stored patient of this id.
        PatientError: it does not parse, or the ``question`` is about someone else.
    """
    if sent.patient_id is None:
        patient = parse_patient(sent.patient, f"{place}patient", knowledge)
        if sent.patient is not None and question and not sent.one_person:
            ensure_same_person(sent.patient, question, knowledge=knowledge)
        return patient
    if sent.patient is not None:
        raise InputError("a patient and a patient_id were given; send one", param=f"{place}patient_id")
    return stored(sent.patient_id)


def parse_patient(data: dict[str, Any] | None, param: str, knowledge: Knowledge) -> Patient | None:
    """FHIR, PharmCAT or the JSON schema, by its content.

    Raises:
        PatientError: it does not parse; ``param`` is where it was sent.
    """
    try:
        return None if data is None else from_json(data, knowledge=knowledge)
    except PatientError as error:
        raise PatientError(str(error), param=param, code=INVALID_PATIENT.get(error.code, error.code)) from None
