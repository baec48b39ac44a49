"""Group commit: who waits together is written together, all or none, and nobody is told of what is not on disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from medrag.errors import AuditError
from medrag.storage.chain import Record
from medrag.storage.group_commit import GroupCommit


class Disk:
    """Keeps what is written; the first transaction waits until it is let go, numbered ones in ``fails`` fail."""

    def __init__(self, fails: frozenset[int] = frozenset()) -> None:
        self.transactions: list[list[int]] = []
        self.go = threading.Event()
        self.fails = fails

    def write(self, records: Sequence[Record]) -> None:
        number = len(self.transactions)
        self.transactions.append([record["n"] for record in records])
        if number == 0:
            assert self.go.wait(10)
        if number in self.fails:
            raise AuditError("full")


async def appended(commits: GroupCommit, disk: Disk, *groups: Sequence[int]) -> list[asyncio.Task[None]]:
    """One task for each group; the first is being written when the others come."""
    tasks = []
    for group in groups:
        tasks.append(asyncio.create_task(commits.append([{"n": n} for n in group])))
        while not disk.transactions:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.01)
    return tasks


def test_what_comes_during_a_write_is_written_together_and_in_order() -> None:
    async def run() -> None:
        disk = Disk()
        tasks = await appended(GroupCommit(disk.write), disk, [1], [2, 3], [4])
        assert not any(task.done() for task in tasks)
        disk.go.set()
        await asyncio.gather(*tasks)
        assert disk.transactions == [[1], [2, 3, 4]]

    asyncio.run(run())


def test_all_who_were_in_a_transaction_that_failed_hear_of_it_and_the_next_one_is_tried() -> None:
    async def run() -> None:
        disk = Disk(fails=frozenset([1]))
        commits = GroupCommit(disk.write)
        tasks = await appended(commits, disk, [1], [2], [3])
        disk.go.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in results] == [type(None), AuditError, AuditError]
        await commits.append([{"n": 4}])
        assert disk.transactions == [[1], [2, 3], [4]]

    asyncio.run(run())


def test_who_leaves_while_waiting_does_not_stop_the_others() -> None:
    async def run() -> None:
        disk = Disk()
        first, second, third = await appended(GroupCommit(disk.write), disk, [1], [2], [3])
        first.cancel()
        second.cancel()
        disk.go.set()
        await third
        with pytest.raises(asyncio.CancelledError):
            await first
        assert disk.transactions == [[1], [2, 3]]

    asyncio.run(run())
