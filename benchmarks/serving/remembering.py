"""An engine that remembers its answers, so that what a service takes for one is the service's own time.

The first time a case comes it is answered in earnest before, and what happened is kept in order: the events, and the
requests to the model. Then, as from then on, the events are given again and the model is asked again in the same words.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field, fields, replace

from medrag.engine import Engine
from medrag.events import Event, Finished
from medrag.generation.model import ChatModel, Generation
from medrag.types import Case

Step = Event | Generation


@dataclass
class Remembering(Engine):
    """An engine whose retrieval, note reading and safety answer from memory the second time a case comes."""

    known: dict[Case, Sequence[Step]] = field(default_factory=dict)

    @classmethod
    def of(cls, engine: Engine) -> Remembering:
        """``engine`` with a memory. The model chooses all that is said, so that it is asked wherever search finds."""
        return cls(**{each.name: getattr(engine, each.name) for each in fields(engine)} | {"lead": 0})

    async def stream(self, case: Case) -> AsyncGenerator[Event, None]:
        """As :meth:`Engine.stream`."""
        if case not in self.known:
            self.known[case] = await self._in_earnest(case)
        for step in self.known[case]:
            if isinstance(step, Generation):
                async for _ in self.model.stream(step):
                    pass
            else:
                yield _anew(step)

    async def asked(self, case: Case) -> list[Generation]:
        """What the model is asked for a case."""
        return [each for each in await self._in_earnest(case) if isinstance(each, Generation)]

    async def _in_earnest(self, case: Case) -> Sequence[Step]:
        steps: list[Step] = []
        parts = {each.name: getattr(self, each.name) for each in fields(Engine)}
        async for event in Engine(**parts | {"model": _Noting(self.model, steps)}).stream(case):
            steps.append(event)
        return tuple(steps)


@dataclass
class _Noting:
    """A model that notes what it is asked."""

    model: ChatModel
    steps: list[Step]

    @property
    def name(self) -> str:
        return self.model.name

    async def context_tokens(self) -> int:
        return await self.model.context_tokens()

    async def ping(self) -> None:
        await self.model.ping()

    async def stream(self, generation: Generation) -> AsyncIterator[str]:
        self.steps.append(replace(generation, used=None))
        async for piece in self.model.stream(generation):
            yield piece


def _anew(event: Event) -> Event:
    """The event, the whole advice under an id of its own: the audit trail knows each answer by it."""
    if not isinstance(event, Finished):
        return event
    return replace(event, advice=event.advice.model_copy(update={"id": f"advice-{uuid.uuid4().hex}"}))
