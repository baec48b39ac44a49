"""Encoding an index's sentences and written questions before anybody asks, so that first questions are quick too."""

from __future__ import annotations

from collections.abc import Callable

from medrag.knowledge import Knowledge
from medrag.local import sentence_ranker
from medrag.retrieval.store.index import open_index
from medrag.settings import Settings

AT_ONCE = 16
Say = Callable[[str], None]
Progress = Callable[[int, int], None]


def warm(settings: Settings, facts: Knowledge, say: Say, progress: Progress) -> int:
    """How many passages and questions are known afterwards; ``progress`` gets the number so far and all.

    What was encoded before is not encoded again, so that a run that was stopped goes on.

    Raises:
        StoreError: there is no index, or it is damaged.
    """
    index = open_index(settings.index_dir, milvus_token=settings.milvus_secret)
    ranker = sentence_ranker(settings, facts, say)
    questions, rows = [each.question for each in index.asked.answered], range(index.manifest.rows)
    total = len(rows) + len(questions)
    for start in range(0, len(rows), AT_ONCE):
        ranker.prepare(passages=index.fetch(rows[start : start + AT_ONCE]))
        progress(min(start + AT_ONCE, len(rows)), total)
    for start in range(0, len(questions), AT_ONCE):
        ranker.prepare(questions=questions[start : start + AT_ONCE])
        progress(len(rows) + min(start + AT_ONCE, len(questions)), total)
    return total
