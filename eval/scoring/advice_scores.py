"""Scores of one advice that several tasks share."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from eval.scoring.mentions import recommended, says
from medrag.rendering import render
from medrag.types import Advice, Citation


def texts(advice: Advice) -> list[str]:
    """What was released."""
    return [statement.text for statement in advice.statements]


def citations(advice: Advice) -> list[Citation]:
    """The citations of what was released."""
    return [citation for statement in advice.statements for citation in statement.citations]


def citation_validity(advice: Advice) -> float | None:
    """Share of citations whose quote stands at its offsets in the passage the advice shows; ``None`` without any."""
    passages = {item.passage.id: item.passage for item in advice.evidence}
    cited = citations(advice)
    right = [
        each.passage_id in passages and passages[each.passage_id].text[each.start : each.end] == each.quote
        for each in cited
    ]
    return share(right)


def none_said(advice: Advice, words: Sequence[str]) -> float | None:
    """1 when none of the words is anywhere in the answer's text; case does not matter."""
    text = render(advice).casefold()
    return float(not any(word.casefold() in text for word in words)) if words else None


def citation_precision(advice: Advice, doc_ids: Collection[str], passage_ids: Collection[str]) -> float | None:
    """Share of citations that point into a gold passage or document; ``None`` without gold or citations."""
    if not doc_ids and not passage_ids:
        return None
    documents = {item.passage.id: item.passage.doc_id for item in advice.evidence}
    return share(
        [each.passage_id in passage_ids or documents.get(each.passage_id) in doc_ids for each in citations(advice)]
    )


def none_recommended(advice: Advice, drugs: Sequence[str]) -> float | None:
    """1 when no released statement recommends any of the drugs (an error of commission otherwise)."""
    return float(not recommended(texts(advice), drugs)) if drugs else None


def share_recommended(advice: Advice, drugs: Sequence[str]) -> float | None:
    """Share of the drugs that a released statement recommends (the rest are errors of omission)."""
    return len(recommended(texts(advice), drugs)) / len(drugs) if drugs else None


def share_said(advice: Advice, wanted: Sequence[str]) -> float | None:
    """Share of what an answer must say, doses and all, that a released statement advises."""
    return share([any(says(text, each) for text in texts(advice)) for each in wanted])


def agrees(wanted: bool | None, got: bool) -> float | None:
    """1 when what happened is what was wanted; ``None`` when nothing was."""
    return None if wanted is None else float(wanted is got)


def share(hits: Sequence[bool]) -> float | None:
    """The share of hits; ``None`` of none."""
    return sum(hits) / len(hits) if hits else None
