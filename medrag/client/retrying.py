"""Requests tried again while the server says that it is busy, or before it listens."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

import httpx

RETRIES = 2
FIRST_S, MOST_S = 0.5, 30.0
_BUSY = frozenset({429, 503})


@dataclass
class Retrying(httpx.BaseTransport):
    """``inner``, at most ``retries`` times more; the server's ``Retry-After`` says how long to wait, up to ``MOST_S``.

    A request that the server says need not be tried again is not.
    """

    inner: httpx.BaseTransport
    retries: int = RETRIES

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """httpx."""
        for attempt in range(self.retries):
            try:
                response = self.inner.handle_request(request)
            except httpx.ConnectError:
                time.sleep(_pause_s(attempt, None))
                continue
            if not _is_busy(response):
                return response
            response.close()
            time.sleep(_pause_s(attempt, response))
        return self.inner.handle_request(request)

    def close(self) -> None:
        """httpx."""
        self.inner.close()


@dataclass
class AsyncRetrying(httpx.AsyncBaseTransport):
    """:class:`Retrying` for asyncio."""

    inner: httpx.AsyncBaseTransport
    retries: int = RETRIES

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """httpx."""
        for attempt in range(self.retries):
            try:
                response = await self.inner.handle_async_request(request)
            except httpx.ConnectError:
                await asyncio.sleep(_pause_s(attempt, None))
                continue
            if not _is_busy(response):
                return response
            await response.aclose()
            await asyncio.sleep(_pause_s(attempt, response))
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        """httpx."""
        await self.inner.aclose()


def _is_busy(response: httpx.Response) -> bool:
    return response.status_code in _BUSY and response.headers.get("x-should-retry") != "false"


def _pause_s(attempt: int, response: httpx.Response | None) -> float:
    """What the server asked for, else twice as long each time, and never the same for all that wait."""
    asked = response.headers.get("retry-after", "") if response else ""
    if asked.isdecimal():
        return min(MOST_S, float(asked))
    return min(MOST_S, FIRST_S * 2.0**attempt) * random.uniform(0.75, 1.25)  # noqa: S311 - no secret
