"""Users of a chat service, as a benchmark has them: each asks one question after the other and reads the stream."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

CHAT = "/chat/completions"

_LETTERS = re.compile(r"[A-Z]+")


@dataclass(frozen=True)
class Target:
    """A service, what to send it, its process, and how to count the statements in a line of its stream."""

    name: str
    url: str
    bodies: Sequence[dict[str, Any]]
    statements: Callable[[str], int]
    key: str = "none"
    pid: int = 0


@dataclass
class Seen:
    """What the users saw: seconds to the first statement and to the whole answer, and the pace."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    statements: int = 0
    errors: int = 0
    seconds: float = 0.0

    @property
    def answers_a_second(self) -> float:
        """Whole answers a second, all users together."""
        return len(self.whole) / self.seconds

    @property
    def statements_a_second(self) -> float:
        """Statements a second, all users together."""
        return self.statements / self.seconds


async def asked(target: Target, users: int, seconds: float) -> Seen:
    """``users`` at once, each starting new requests for ``seconds`` and then finishing the last."""
    seen = Seen()
    began = time.perf_counter()
    headers = {"Authorization": f"Bearer {target.key}"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=target.url, headers=headers, timeout=120, limits=limits) as client:
        await asyncio.gather(*(_user(client, target, number, began + seconds, seen) for number in range(users)))
    seen.seconds = time.perf_counter() - began
    return seen


async def answered(target: Target, users: int, bodies: Sequence[dict[str, Any]], seen: Seen) -> None:
    """``users`` at once, who between them ask each of ``bodies`` once; adds to what was ``seen``."""
    waiting = iter(bodies)
    began = time.perf_counter()
    headers = {"Authorization": f"Bearer {target.key}"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=target.url, headers=headers, timeout=600, limits=limits) as client:

        async def user() -> None:
            for body in waiting:
                try:
                    await one(client, target, body, seen)
                except httpx.HTTPError:
                    seen.errors += 1

        await asyncio.gather(*(user() for _ in range(users)))
    seen.seconds += time.perf_counter() - began


async def _user(client: httpx.AsyncClient, target: Target, number: int, ends: float, seen: Seen) -> None:
    while time.perf_counter() < ends:
        try:
            await one(client, target, target.bodies[number % len(target.bodies)], seen)
        except httpx.HTTPError:
            seen.errors += 1
        number += 1


async def one(client: httpx.AsyncClient, target: Target, body: dict[str, Any], seen: Seen) -> None:
    """One request, read to its end."""
    began, count, complete = time.perf_counter(), 0, False
    async with client.stream("POST", CHAT, json=body) as response:
        async for line in response.aiter_lines():
            if line.startswith("data: ") and (found := target.statements(line)):
                if not count:
                    seen.first.append(time.perf_counter() - began)
                count += found
            complete = complete or line == "data: [DONE]"
    if response.status_code != httpx.codes.OK or not complete:
        seen.errors += 1
        return
    seen.whole.append(time.perf_counter() - began)
    seen.statements += count


def released(line: str) -> int:
    """Statements in a line of medrag's stream."""
    return int('"medrag_event": {"type": "released"' in line)


def choices(line: str) -> int:
    """Statements in a line of a stream whose text is letters with commas between."""
    return len(_LETTERS.findall(_content(line)))


def citations(line: str) -> int:
    """Statements in a line of a stream whose text is words with ``[n]`` marks: each ends with a bracket."""
    return _content(line).count("]")


def pieces(line: str) -> int:
    """1 for a line of a stream that brings words."""
    return int(bool(_content(line)))


def _content(line: str) -> str:
    """The text that a line of a stream adds."""
    if not line.startswith("data: {"):
        return ""
    parts = json.loads(line[6:])["choices"]
    return (parts[0]["delta"].get("content") or "") if parts else ""


def quantile(values: Sequence[float], share: float) -> float:
    """Linear interpolation between order statistics; of one value, the value."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]
