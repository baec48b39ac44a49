"""The language model behind the engine: a protocol, and vLLM (or any OpenAI-compatible server) over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

import httpx
from openai import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    AsyncStream,
    DefaultAsyncHttpxClient,
)
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from medrag.errors import ModelRefused, ModelUnavailable
from medrag.events import Usage
from medrag.generation.prompts import Message


@dataclass(frozen=True)
class Generation:
    """One request to a model; ``grammar`` is EBNF and leaves the model no other output.

    ``used`` is called once, at the end, by a model that counts its tokens.
    ``images`` are data: URLs; they follow the text of the last message.
    """

    messages: Sequence[Message]
    max_tokens: int
    grammar: str | None = None
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
        """
        ...


DEFAULT_CONTEXT_TOKENS = 4096


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
    _client: AsyncOpenAI | None = field(default=None, repr=False)
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
        """What the server says of the model beside its name (vLLM answers 404 to ``/models/{id}``)."""
        try:
            cards = (await self.client.models.list()).data
        except APIStatusError as error:
            raise _refused(error) from None
        except APIConnectionError as error:
            raise self._unavailable(error) from None
        for card in cards:
            if card.id == self.name:
                return card.model_extra or {}
        raise ModelRefused(f"the server at {self.url} has no model {self.name!r}, only {[card.id for card in cards]}")

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        """See :class:`ChatModel`. Closing the iterator closes the connection, and vLLM stops decoding."""
        try:
            async with await self._open(generation) as chunks:
                async for chunk in chunks:
                    if chunk.choices and (text := chunk.choices[0].delta.content):
                        yield text
                    if chunk.usage and generation.used:
                        generation.used(Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens))
        except APIStatusError as error:
            raise _refused(error) from None
        except (APIError, httpx.HTTPError) as error:
            raise self._unavailable(error) from None

    async def _open(self, generation: Generation) -> AsyncStream[ChatCompletionChunk]:
        extra: dict[str, Any] = {}
        if generation.grammar:
            extra["structured_outputs"] = {"grammar": generation.grammar}
        return await self.client.chat.completions.create(
            model=self.name,
            messages=cast("list[ChatCompletionMessageParam]", _with_images(generation)),
            max_tokens=generation.max_tokens,
            temperature=generation.temperature,
            seed=generation.seed,
            stream=True,
            stream_options={"include_usage": True},
            extra_body=extra,
        )

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._client is not None:
            await self._client.close()

    @property
    def client(self) -> AsyncOpenAI:
        """The connection pool, opened at first use. Retries are off: the engine's deadline is the user's."""
        if self._client is None:
            over = DefaultAsyncHttpxClient(transport=httpx.AsyncHTTPTransport(uds=str(self.uds))) if self.uds else None
            self._client = AsyncOpenAI(
                base_url=self.url, api_key=self.key, timeout=self.timeout_s, max_retries=0, http_client=over
            )
        return self._client

    def _unavailable(self, error: Exception) -> ModelUnavailable:
        slow = isinstance(error, APITimeoutError | httpx.TimeoutException)
        what = "did not answer in time" if slow else "cannot be reached or broke off"
        return ModelUnavailable(f"the model server at {self.url} {what}; is vLLM running?")


def _with_images(generation: Generation) -> list[dict[str, Any]]:
    """The messages in OpenAI's shape; the last one's content is a list of parts where there are images."""
    *before, last = ({**message} for message in generation.messages)
    if not generation.images:
        return [*before, last]
    pictures = [{"type": "image_url", "image_url": {"url": url}} for url in generation.images]
    return [*before, {**last, "content": [{"type": "text", "text": last["content"]}, *pictures]}]


def _refused(error: APIStatusError) -> ModelRefused:
    """Without the server's own words: they can quote the prompt, and so the patient."""
    return ModelRefused(f"the model server answered {error.status_code} to {error.request.url.path}")
