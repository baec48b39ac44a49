"""The language model behind the engine: a protocol, and vLLM (or any OpenAI-compatible server) over HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiohttp import (
    BaseConnector,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    TCPConnector,
    UnixConnector,
)

from medrag.errors import InputError, ModelRefused, ModelUnavailable
from medrag.events import Usage
from medrag.generation.prompts import Message
from medrag.types import Pointer


@dataclass(frozen=True)
class Generation:
    """One request to a model; ``grammar`` is EBNF and leaves the model no other output.

    ``choices`` maps what the grammar lets through to the sentences it stands for, and ``most`` says how many: for a
    chooser that reads no grammar.
    ``used`` is called once, at the end, by a model that counts its tokens.
    ``images`` are data: URLs; they follow the text of the last message.
    """

    messages: Sequence[Message]
    max_tokens: int
    grammar: str | None = None
    choices: Mapping[str, Pointer] = field(default_factory=dict)
    most: int = 0
    temperature: float = 0.0
    seed: int | None = None
    used: Callable[[Usage], None] | None = field(default=None, compare=False)
    images: Sequence[str] = ()


class ChatModel(Protocol):
    """What the engine needs of a model. Real ones: :class:`OpenAIChatModel`, ``scripted.ScriptedModel``."""

    @property
    def name(self) -> str:
        """The model's name, for provenance."""
        ...

    async def context_tokens(self) -> int:
        """The longest prompt plus completion, in tokens."""
        ...

    async def ping(self) -> None:
        """Returns when the model answers now.

        Raises:
            ModelUnavailable, ModelRefused: it does not.
        """
        ...

    def stream(self, generation: Generation) -> AsyncIterator[str]:
        """The completion's text, in pieces as they are decoded.

        Raises:
            ModelUnavailable: the model does not answer.
            ModelRefused: its server answered with an error.
            InputError: the prompt is longer than its context.
        """
        ...


DEFAULT_CONTEXT_TOKENS = 4096
_DATA, _DONE = b"data:", b"[DONE]"
_TOO_LONG = re.compile(rb"(?i)context.length|(?:context|model) length|max_model_len|too (?:long|many tokens)")
"""How servers say that a prompt does not fit their model."""
_MOST_LINE_BYTES = 1 << 20


@dataclass
class OpenAIChatModel:
    """A model behind ``POST {url}/chat/completions``; the grammar goes in vLLM's ``structured_outputs``.

    ``uds`` is the unix socket its server listens on, where it is not a port.
    """

    url: str
    name: str
    key: str = "none"
    timeout_s: float = 120.0
    uds: Path | None = None
    _session: ClientSession | None = field(default=None, repr=False)
    _context_tokens: int | None = None

    async def context_tokens(self) -> int:
        """vLLM's ``max_model_len``; 4,096 where the server does not say."""
        if self._context_tokens is None:
            known = (await self._card()).get("max_model_len")
            self._context_tokens = int(known) if known else DEFAULT_CONTEXT_TOKENS
        return self._context_tokens

    async def ping(self) -> None:
        """See :class:`ChatModel`."""
        await self._card()

    async def _card(self) -> dict[str, Any]:
        """What the server says of the model (vLLM answers 404 to ``/models/{id}``)."""
        async with self._asking("GET", "models") as response:
            try:
                cards = {str(card["id"]): card for card in (await response.json(content_type=None))["data"]}
            except (ValueError, KeyError, TypeError):
                raise ModelRefused(f"the server at {self.url} lists its models in no form of OpenAI's") from None
        if self.name not in cards:
            raise ModelRefused(f"the server at {self.url} has no model {self.name!r}, only {list(cards)}")
        return dict(cards[self.name])

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        """See :class:`ChatModel`. Closing the iterator closes the connection, and vLLM stops decoding."""
        async with self._asking("POST", "chat/completions", self.body(generation)) as response:
            complete = False
            async for line in response.content:
                data = line.removeprefix(_DATA).strip() if line.startswith(_DATA) else b""
                if complete := complete or data == _DONE:
                    continue
                text, usage = _read(data) if data else ("", None)
                if usage and generation.used:
                    generation.used(usage)
                if text:
                    yield text
            if not complete:
                raise ClientPayloadError

    def body(self, generation: Generation) -> dict[str, Any]:
        """What its server is sent."""
        body: dict[str, Any] = {
            "model": self.name,
            "messages": _with_images(generation),
            "max_tokens": generation.max_tokens,
            "temperature": generation.temperature,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if generation.seed is not None:
            body["seed"] = generation.seed
        if generation.grammar:
            body["structured_outputs"] = {"grammar": generation.grammar}
        return body

    @asynccontextmanager
    async def _asking(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> AsyncIterator[ClientResponse]:
        """The answer to one request; what goes wrong with it, or while it is read, in medrag's own errors."""
        try:
            async with self._open_session().request(method, f"{self.url.rstrip('/')}/{path}", json=body) as response:
                if not response.ok:
                    raise await _refused(response)
                yield response
        except (ClientError, TimeoutError, ValueError) as error:
            what = "did not answer in time" if isinstance(error, TimeoutError) else "cannot be reached or broke off"
            raise ModelUnavailable(f"the model server at {self.url} {what}; is vLLM running?") from None

    def _open_session(self) -> ClientSession:
        """Opened at first use. Nothing is tried again: the engine's deadline is the user's."""
        if self._session is None or self._session.closed:
            self._session = ClientSession(
                headers={"Authorization": f"Bearer {self.key}"},
                timeout=ClientTimeout(total=None, sock_connect=self.timeout_s, sock_read=self.timeout_s),
                connector=self._connector(),
                read_bufsize=_MOST_LINE_BYTES,
            )
        return self._session

    def _connector(self) -> BaseConnector:
        """A connection a request: a server that is short of time may close a kept one as the next request comes."""
        if self.uds:
            return UnixConnector(str(self.uds), limit=0, force_close=True)
        return TCPConnector(limit=0, force_close=True)

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()


def _read(data: bytes) -> tuple[str, Usage | None]:
    """The text that a chunk of a stream adds, and the tokens it counts; ValueError where it is an error."""
    chunk = json.loads(data)
    if "error" in chunk:
        raise ValueError
    usage, choices = chunk.get("usage"), chunk.get("choices")
    text = (choices[0].get("delta") or {}).get("content") if choices else None
    return text or "", Usage(usage["prompt_tokens"], usage["completion_tokens"]) if usage else None


def _with_images(generation: Generation) -> list[dict[str, Any]]:
    """The messages in OpenAI's shape; the last one's content is a list of parts where there are images."""
    *before, last = ({**message} for message in generation.messages)
    if not generation.images:
        return [*before, last]
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in generation.images]
    return [*before, {**last, "content": [{"type": "text", "text": last["content"]}, *pictures]}]


async def _refused(response: ClientResponse) -> ModelRefused | InputError:
    """Without the server's own words: they can quote the prompt, and so the patient."""
    if response.status < 500 and _TOO_LONG.search(await response.content.read(_MOST_LINE_BYTES)):
        return InputError(
            "the question and the patient are too long for this model's context; shorten the question",
            param="messages",
            code="context_length_exceeded",
        )
    return ModelRefused(f"the model server answered {response.status} to {response.url.path}")
