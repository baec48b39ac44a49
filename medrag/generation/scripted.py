"""A model that says what it is told to: for tests, and for developers who build on the engine without a GPU."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from medrag.generation.model import Generation

Reply = str | Exception | Callable[[Generation], str]


@dataclass
class ScriptedModel:
    """Answers the n-th request with the n-th reply (the last one again when they run out).

    A reply is a text, a function of the request, or an exception to raise. Text arrives ``chunk`` characters at a
    time, so that a test can show that no cutting of the stream lets anything through. ``seen`` keeps the requests.
    """

    replies: Sequence[Reply]
    chunk: int = 7
    name: str = "scripted"
    tokens: int = 8192
    seen: list[Generation] = field(default_factory=list)

    async def context_tokens(self) -> int:
        """``tokens``."""
        return self.tokens

    async def ping(self) -> None:
        """Raises what the next request would."""
        if isinstance(reply := self._next(), Exception):
            raise reply

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        """The next reply, in pieces."""
        reply = self._next()
        self.seen.append(generation)
        if isinstance(reply, Exception):
            raise reply
        for piece in _pieces(reply if isinstance(reply, str) else reply(generation), self.chunk):
            yield piece

    def _next(self) -> Reply:
        return self.replies[min(len(self.seen), len(self.replies) - 1)]


def _pieces(text: str, size: int) -> Iterator[str]:
    for start in range(0, len(text), size):
        yield text[start : start + size]
