"""Two versions of an index compared: which quotable sentences were added, dropped or changed, document by document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from rapidfuzz import fuzz, process

from medrag.types import Passage, Record

# The same recommendation in other words shares this much of them.
_SAME = 75


class Changed(Record):
    """A sentence as it was and as it is; either is None where it was added or dropped."""

    document: str
    before: str | None = None
    after: str | None = None

    @property
    def kind(self) -> str:
        """``added``, ``dropped`` or ``changed``."""
        return "added" if self.before is None else "dropped" if self.after is None else "changed"


def changes(before: Iterable[Passage], after: Iterable[Passage]) -> Iterator[Changed]:
    """What differs, in the order of the documents of ``after``, then of those that are gone."""
    old, new = _quotes(before), _quotes(after)
    for document in [*new, *(each for each in old if each not in new)]:
        was, now = old.get(document, {}), new.get(document, {})
        gone = [quote for quote in was if quote not in now]
        for quote in (each for each in now if each not in was):
            nearest = process.extractOne(quote, gone, scorer=fuzz.token_sort_ratio, score_cutoff=_SAME)
            if nearest:
                gone.remove(nearest[0])
            yield Changed(document=document, before=nearest[0] if nearest else None, after=quote)
        yield from (Changed(document=document, before=quote) for quote in gone)


def _quotes(passages: Iterable[Passage]) -> dict[str, dict[str, None]]:
    """The quotable sentences of each document in their order."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for passage in passages:
        found[passage.doc_id].update(dict.fromkeys(passage.quote(each) for each in passage.sentences))
    return found
