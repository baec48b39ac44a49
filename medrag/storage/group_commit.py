"""Group commit: what many requests append while one transaction is being written goes into the next one, together.

The disk's wait is most of what an append costs, and only one writer can hold the chain's end: so a transaction a
record would make every request wait for all others in turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from medrag.storage.chain import Record


@dataclass
class GroupCommit:
    """Appends through ``write``, which takes records, blocks until they are on disk, and raises if they are not."""

    write: Callable[[Sequence[Record]], object]
    _due: list[tuple[Sequence[Record], asyncio.Future[None]]] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def append(self, records: Sequence[Record]) -> None:
        """Returns once the records are on disk, in their order and next to one another.

        Whoever is cancelled while it waits does not take them back: they are written all the same.

        Raises:
            Exception: what ``write`` raised for the transaction that held them; none of them was written.
        """
        written = asyncio.get_running_loop().create_future()
        self._due.append((records, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await written

    async def _write(self) -> None:
        while self._due:
            due, self._due = self._due, []
            failure: Exception | None = None
            try:
                await asyncio.to_thread(self.write, [record for records, _ in due for record in records])
            except Exception as error:  # noqa: BLE001 - each who waits for it raises it
                failure = error
            for _, written in due:
                if written.done():
                    continue
                if failure:
                    written.set_exception(failure)
                else:
                    written.set_result(None)
