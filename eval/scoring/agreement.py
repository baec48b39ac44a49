"""How far a judge model agrees with the deterministic scorer of support (:func:`eval.scoring.support.supports`).

Each released statement is put to both with the quote it cites, and once more with a quote that another statement of
the run cites: without such controls nearly every pair would be supported, and agreement would say nothing of whether
the judge can tell. Chance-corrected agreement is Cohen's kappa (1960).
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from eval.results.scores import Score
from eval.results.stats import kappa, kappa_interval, wilson
from eval.running.log import Log, answered, read_logs
from eval.scoring.judge import Identity, Judge
from eval.scoring.support import supports
from medrag.errors import InputError, ModelRefused
from medrag.files import write_whole
from medrag.types import Advice, Record

AGREEMENT = "agreement.json"
_WORDS = ("not supported", "supported")


class Pair(Record):
    """A statement and a quote, and what both made of them; the judge's ``None`` is an answer without a verdict."""

    task: str
    sample: str
    kind: Literal["cited", "control"]
    statement: str
    quote: str
    scorer: bool
    judge: bool | None = None
    reason: str = ""


class Agreement(Record):
    """``agreement.json``. ``kappa`` is ``None`` where one of the two gave every pair the same answer and both the same
    one; its interval is a 95 % percentile bootstrap over pairs. ``table`` counts pairs by (scorer, judge)."""

    judge: Identity
    pairs: tuple[Pair, ...]
    unjudged: int
    agreed: Score
    kappa: Score | None
    table: dict[str, int]


async def measure(out: Path, judge: Judge, *, limit: int, seed: int, ended: Callable[[], None]) -> Agreement:
    """Judges up to ``limit`` of a run's pairs and writes ``agreement.json``; ``ended`` is told of each.

    Raises:
        InputError: the run holds no statement with a citation.
        ModelUnavailable, ModelRefused: the judge does not answer; or never in the agreed form.
    """
    found = pairs(read_logs(out), limit=limit, seed=seed)
    judged = await asyncio.gather(*(_judged(pair, judge, ended) for pair in found))
    result = agreement(judge.identity, judged, seed=seed)
    write_whole(out / AGREEMENT, result.model_dump_json(indent=2) + "\n", private=True)
    return result


def pairs(logs: Sequence[Log], *, limit: int, seed: int) -> list[Pair]:
    """Cited pairs and as many controls, the same ones for the same logs and seed.

    Raises:
        InputError: there is no statement with a citation.
    """
    cited = list({(pair.statement, pair.quote): pair for log in logs for pair in _cited(log)}.values())
    if not cited:
        raise InputError("this run holds no released statement with a citation to judge")
    draw = random.Random(seed)  # noqa: S311 (a sample, not a secret)
    chosen = draw.sample(cited, min(len(cited), max(1, limit // 2)))
    others = [draw.choice(cited).quote for _ in chosen]
    controls = [
        pair.model_copy(update={"kind": "control", "quote": quote, "scorer": supports(quote, pair.statement)})
        for pair, quote in zip(chosen, others, strict=True)
        if quote != pair.quote
    ]
    return [*chosen, *controls]


def agreement(judge: Identity, judged: Sequence[Pair], *, seed: int) -> Agreement:
    """The agreement over the pairs that the judge gave a verdict on.

    Raises:
        ModelRefused: it gave none.
    """
    known = [pair for pair in judged if pair.judge is not None]
    if not known:
        raise ModelRefused("the judge gave no verdict in the agreed form; choose a model that can")
    verdicts = Counter((pair.scorer, bool(pair.judge)) for pair in known)
    counts = [[verdicts[ours, theirs] for theirs in (False, True)] for ours in (False, True)]
    same = counts[0][0] + counts[1][1]
    low, high = wilson(same, len(known))
    return Agreement(
        judge=judge,
        pairs=tuple(judged),
        unjudged=len(judged) - len(known),
        agreed=Score(mean=round(same / len(known), 6), low=round(low, 6), high=round(high, 6), n=len(known)),
        kappa=_kappa(counts, seed),
        table={f"{_WORDS[ours]}, {_WORDS[theirs]}": counts[ours][theirs] for ours in (1, 0) for theirs in (1, 0)},
    )


def load(out: Path) -> Agreement | None:
    """The agreement measured in a run's directory, if any.

    Raises:
        InputError: the file does not parse.
    """
    path = out / AGREEMENT
    if not path.is_file():
        return None
    try:
        return Agreement.model_validate_json(path.read_text(encoding="utf-8"))
    except ValidationError:
        raise InputError(f"{path} does not parse; make it again with `medrag eval judge {out}`") from None


def _cited(log: Log) -> Iterator[Pair]:
    for entry in answered(log):
        if "advice" not in entry.output:
            continue
        for statement in Advice.model_validate(entry.output["advice"], strict=False).statements:
            for quote in dict.fromkeys(citation.quote for citation in statement.citations):
                yield Pair(
                    task=log.starts[0].task,
                    sample=entry.id,
                    kind="cited",
                    statement=statement.text,
                    quote=quote,
                    scorer=supports(quote, statement.text),
                )


async def _judged(pair: Pair, judge: Judge, ended: Callable[[], None]) -> Pair:
    try:
        verdict = await judge.supports(pair.quote, pair.statement)
    except ModelRefused as error:
        pair = pair.model_copy(update={"reason": str(error)})
    else:
        pair = pair.model_copy(update={"judge": verdict.yes, "reason": verdict.reason})
    ended()
    return pair


def _kappa(counts: Sequence[Sequence[int]], seed: int) -> Score | None:
    if (value := kappa(counts)) is None:
        return None
    low, high = kappa_interval(counts, seed=seed)
    return Score(mean=round(value, 6), low=round(low, 6), high=round(high, 6), n=sum(map(sum, counts)))
