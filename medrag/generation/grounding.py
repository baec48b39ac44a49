"""From a draft to a statement that stands on spans of the evidence.

:func:`ground` resolves a draft's marks to spans. A draft whose marks resolve to nothing becomes a statement with a
withholding finding. Whether the drugs and doses of a statement stand in its spans is the safety filter's check, which
every statement passes through next.
"""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from medrag.generation.modes import Draft
from medrag.safety.check_context import fail
from medrag.safety.checks.support.wording import in_full, telling
from medrag.types import Citation, Evidence, Sentence, Severity, Statement

SOURCE = "medrag: a statement must stand on a retrieved passage"

MIN_SUPPORT = 40.0
"""Least share (0 to 100) of a free statement's words that its cited sentence must hold, or be like in rapidfuzz's
token_set_ratio."""
MORE = 3
"""Words of a statement that a further sentence must hold to be cited too; one number or long one is enough."""
TELLING = 5


def ground(draft: Draft, evidence: Sequence[Evidence]) -> Statement:
    """The statement with its citations, or with the finding that withholds it."""
    by_number = {item.number: item for item in evidence}
    if not draft.marks:
        return _ungrounded(draft, "grounding.no_citation")
    citations = []
    for number, position in draft.marks:
        item = by_number.get(number)
        if item is None:
            return _ungrounded(draft, "grounding.not_retrieved", number=number)
        found = _supporting(item, draft.text) if position is None else _pointed(item, position)
        if not found:
            return _ungrounded(draft, "grounding.unsupported", number=number)
        citations += [_citation(item, sentence) for sentence in found]
    quoted = all(position is not None for _, position in draft.marks)
    text = " ".join(citation.quote for citation in citations) if quoted else draft.text
    return Statement(text=text, citations=tuple(citations))


def _pointed(item: Evidence, position: int) -> tuple[Sentence, ...]:
    return item.passage.sentences[position - 1 : position] if position > 0 else ()


def _supporting(item: Evidence, text: str) -> list[Sentence]:
    """The sentence that shares most of the words, if it shares enough, and those that hold what it lacks."""
    passage = item.passage
    wanted = telling(in_full(text, [passage.title, passage.text]))
    held = {each: telling(passage.quote(each)) for each in passage.sentences}
    if not held or not wanted:
        return []
    best = max(held, key=lambda each: (len(wanted & held[each]), _alike(text, passage.quote(each))))
    share = 100 * len(wanted & held[best]) / len(wanted)
    if max(share, _alike(text, passage.quote(best))) < MIN_SUPPORT:
        return []
    chosen, wanted = [best], wanted - held[best]
    while wanted:
        more = max(held, key=lambda each: len(wanted & held[each]))
        found = wanted & held[more]
        if len(found) < MORE and not any(each[0].isdigit() or len(each) >= TELLING for each in found):
            break
        chosen.append(more)
        wanted -= found
    return sorted(chosen, key=lambda each: each.start)


def _alike(text: str, quote: str) -> float:
    return fuzz.token_set_ratio(text.lower(), quote.lower())


def _citation(item: Evidence, sentence: Sentence) -> Citation:
    passage = item.passage
    return Citation(
        number=item.number,
        passage_id=passage.id,
        start=sentence.start,
        end=sentence.end,
        quote=passage.quote(sentence),
        title=passage.title,
        status=passage.status,
        url=passage.url,
        strength=sentence.strength,
        grade=sentence.grade,
        page=passage.page,
        link=passage.link,
        credit=passage.credit,
    )


def _ungrounded(draft: Draft, code: str, **values: int) -> Statement:
    finding = fail(code, Severity.CONTRAINDICATED, SOURCE, **values)
    return Statement(text=draft.text, findings=(finding,))
