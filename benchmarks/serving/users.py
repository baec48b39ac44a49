"""Users of a chat service, as a benchmark has them: each asks one question after the other and reads the stream."""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

CHAT = "/chat/completions"
DONE = "data: [DONE]"

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
    """What the users saw: seconds to the first statement and to the whole answer, the pace, and how requests failed."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    statements: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def errors(self) -> int:
        """Requests that failed."""
        return self.failures.total()

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
                await one(client, target, body, seen)

        await asyncio.gather(*(user() for _ in range(users)))
    seen.seconds += time.perf_counter() - began


async def _user(client: httpx.AsyncClient, target: Target, number: int, ends: float, seen: Seen) -> None:
    while time.perf_counter() < ends:
        await one(client, target, target.bodies[number % len(target.bodies)], seen)
        number += 1


async def one(client: httpx.AsyncClient, target: Target, body: dict[str, Any], seen: Seen) -> float | None:
    """The seconds of one request, read to its end; None where it failed."""
    began, firsts, count, last, status = time.perf_counter(), list[float](), 0, "", 0
    try:
        async with client.stream("POST", CHAT, json=body) as response:
            status = response.status_code
            async for line in response.aiter_lines():
                if line.startswith("data: ") and (found := target.statements(line)):
                    firsts = firsts or [time.perf_counter() - began]
                    count += found
                last = line or last
    except httpx.HTTPError as error:
        seen.failures[type(error).__name__] += 1
        return None
    whole = time.perf_counter() - began
    if status != httpx.codes.OK or last != DONE:
        seen.failures[f"{status}, {_told(last)}"] += 1
        return None
    seen.first += firsts
    seen.whole.append(whole)
    seen.statements += count
    return whole


def failed(name: str, seen: Seen) -> str:
    """How a system's requests failed, a line a kind; empty where none did."""
    return "".join(f"\n{count} requests to {name} failed: {why}" for why, count in seen.failures.most_common())


def _told(line: str) -> str:
    """What the last line of an answer that is none says of the reason."""
    try:
        error = json.loads(line.removeprefix("data: "))["error"]
        return f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return "ended before its end"


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
