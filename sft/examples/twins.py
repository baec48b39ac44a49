"""Preference pairs from twins: two patients who differ in one fact, so that the other's answer is the one to reject.

Both twins are asked over the same evidence, which holds what answers either of them; an answer is then a few letters,
and what tells the right one from the wrong one is the patient alone.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

from medrag.datasets.questions import Question
from medrag.generation.prompts import shared
from sft.examples.asked import QUOTE, SHOWN, Asked, Corpus, answering, branch, shown_together
from sft.training.preferences import ChatMessage, Pair


def from_twins(
    corpus: Corpus, questions: Sequence[Question], sentences: int = SHOWN, most: int | None = None
) -> Iterator[Pair]:
    """Up to two pairs of every twin whose document the corpus holds: one a patient whom the other's answer fails.

    ``sentences`` are shown; of more than ``most`` twins so many are drawn (seed 0).
    """
    by_twin: dict[str, list[Question]] = defaultdict(list)
    for each in questions:
        if each.twin and corpus.holds(each.doc):
            by_twin[each.twin].append(each)
    twins = [sides for sides in by_twin.values() if len(sides) == 2]
    drawn = twins if most is None or most >= len(twins) else random.Random(0).sample(twins, most)  # noqa: S311
    for sides in drawn:
        yield from _pairs(corpus, [corpus.ask(each) for each in sides], sentences)


def _pairs(corpus: Corpus, sides: Sequence[Asked], sentences: int) -> Iterator[Pair]:
    shown = shown_together(sides, sentences)
    written = [branch(corpus, each, shown) for each in sides]
    given = [set(answering(each, shown)) for each in sides]
    for own, other in ((0, 1), (1, 0)):
        side = sides[own]
        if given[own] & {*side.must} <= given[other] <= {*side.must, *side.may}:
            continue  # the other's answer answers this one too
        text = shared(corpus.evidence(shown, side.ranked), QUOTE, corpus.knowledge) + written[own].prompt
        prompt = (ChatMessage(role="system", content=QUOTE.system), ChatMessage(role="user", content=text))
        yield Pair(prompt=prompt, chosen=written[own].answer, rejected=written[other].answer)
