"""``medrag mcp``: the tools over standard input and output, for a program that starts medrag itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from mcp.server.stdio import stdio_server
from starlette.requests import Request

from medrag import knowledge
from medrag.errors import InputError
from medrag.local import Say, judges, running_engine
from medrag.server.agents.protocol import mcp_server
from medrag.server.agents.tools import Agent, Desk
from medrag.server.answers import Answers
from medrag.server.guard.audit import Trail
from medrag.settings import Settings
from medrag.types import Patient

WHO = "mcp"


async def serve_stdio(settings: Settings, say: Say) -> None:
    """Serves until standard input ends. The engine starts when a tool first needs it, and answers are audited."""
    with Trail.open(settings.database) as trail:
        engine = _LateEngine(settings, trail, say)
        facts = knowledge.load(settings.knowledge_dir)
        desk = Desk(facts, judges(settings, facts, say), trail, engine.answers)
        server = mcp_server(desk, _whoever)
        try:
            async with stdio_server() as (incoming, outgoing):
                await server.run(incoming, outgoing, server.create_initialization_options())
        finally:
            await engine.close()


def _whoever(request: Request | None) -> Agent:
    del request
    return Agent(WHO, _none_stored)


def _none_stored(name: str) -> Patient:
    del name
    raise InputError("stored patients are reached through `medrag serve`; send the patient", param="patient_id")


@dataclass
class _LateEngine:
    """An engine in a task of its own, from the first time that it is asked for until :meth:`close`."""

    settings: Settings
    trail: Trail
    say: Say
    _started: asyncio.Future[Answers] | None = None
    _task: asyncio.Task[None] | None = None
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def answers(self) -> Answers:
        """The desk over it; raises what hindered its start, and the next time tries again."""
        if self._started is None or (self._started.done() and self._started.exception()):
            self._started = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._run(self._started))
        return await asyncio.shield(self._started)

    async def _run(self, started: asyncio.Future[Answers]) -> None:
        try:
            async with running_engine(self.settings, self.say) as engine:
                started.set_result(Answers(engine, self.trail, self.settings.timeout_s))
                await self._closing.wait()
        except Exception as error:  # noqa: BLE001 - it is raised where the engine was asked for
            if not started.done():
                started.set_exception(error)

    async def close(self) -> None:
        """Ends it, and a start under way."""
        self._closing.set()
        if self._task and self._started and not self._started.done():
            self._task.cancel()
        if self._task:
            await asyncio.wait([self._task])
