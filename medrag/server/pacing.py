"""Waiting for an engine without going silent, without waiting for ever, and without working for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, TypeVar

from medrag.errors import Busy

T = TypeVar("T")


async def paced(events: AsyncGenerator[T, None], every_s: float, timeout_s: float) -> AsyncGenerator[T | None, None]:
    """The events as they come, and None whenever ``every_s`` seconds passed without one.

    Closing it, or cancelling the task it runs in, cancels the work behind ``events``.

    Raises:
        Busy: the events did not end within ``timeout_s`` seconds.
    """
    loop = asyncio.get_running_loop()
    ends = loop.time() + timeout_s
    waiting = _start(events)
    try:
        while True:
            left = ends - loop.time()
            await asyncio.wait({waiting}, timeout=min(every_s, max(left, 0)))
            if waiting.done():
                if (event := waiting.result()) is None:
                    return
                yield event
                waiting = _start(events)
            elif left <= every_s:
                raise Busy(f"no complete answer within {timeout_s:g} s; try again later")
            else:
                yield None
    finally:
        waiting.cancel()
        if waiting.done():
            await events.aclose()


def _start(events: AsyncGenerator[T, None]) -> asyncio.Task[T | None]:
    task = asyncio.create_task(_next(events))
    task.add_done_callback(_retrieve)
    return task


async def _next(events: AsyncGenerator[T, None]) -> T | None:
    return await anext(events, None)


def _retrieve(task: asyncio.Task[Any]) -> None:
    """Marks the task's exception as seen, so that asyncio does not log it (and its message) when nobody waits."""
    if not task.cancelled():
        task.exception()
