"""Two runs side by side on the samples both answered, and a gate on their scores."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.results.scores import column, metric_names
from eval.results.stats import bootstrap, paired_p
from eval.running.log import Log, answered, read_logs
from medrag.errors import InputError
from medrag.types import Record


class Difference(Record):
    """One metric of one task in two ``runs``, named by :func:`names`: both means over the ``n`` samples that both have,
    ``delta`` = second - first with its 95 % interval over pairs, and p of the paired randomisation test."""

    runs: tuple[str, str]
    task: str
    metric: str
    n: int
    first: float
    second: float
    delta: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Condition:
    """A condition under which the comparison fails, such as ``delta cases.must_withhold < -0.02``."""

    text: str
    quantity: str
    task: str
    metric: str
    holds: Callable[[float, float], bool]
    limit: float

    def met_by(self, difference: Difference) -> bool:
        """Whether the comparison fails by it."""
        value: float = getattr(difference, self.quantity)
        return self.holds(value, self.limit)


_CONDITION = re.compile(
    r"\s*(?:(?P<quantity>delta|low|high|p|first|second)\s+)?(?P<task>[\w-]+)\.(?P<metric>[\w@-]+)\s*"
    r"(?P<holds><=|>=|<|>)\s*(?P<limit>[-+]?\d*\.?\d+)\s*"
)
_HOLDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def condition(text: str) -> Condition:
    """``[QUANTITY] TASK.METRIC < NUMBER``; the quantity is a field of :class:`Difference`, ``second`` by default.

    Raises:
        InputError: it is not of that form.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise InputError(
            f"--fail-if {text!r} is not like 'cases.must_withhold < 1', 'delta safety.no_omission < -0.02' "
            "or 'high grounded.statement_f1 < 0' (delta, low, high, p, first or second; <, <=, > or >=)"
        )
    quantity = match["quantity"] or "second"
    return Condition(text, quantity, match["task"], match["metric"], _HOLDS[match["holds"]], float(match["limit"]))


def names(first: Path, second: Path) -> tuple[str, str]:
    """What two runs are called: their directories' own names, or the whole paths where these are the same."""
    ours, theirs = first.resolve().name, second.resolve().name
    return (ours, theirs) if ours != theirs else (str(first), str(second))


def compare(first: Path, second: Path) -> list[Difference]:
    """Every metric of every task that both directories hold.

    Raises:
        InputError: a directory has no logs, or a task was run on other data.
    """
    ours = {log.starts[0].task: log for log in read_logs(first)}
    theirs = {log.starts[0].task: log for log in read_logs(second)}
    shared = [name for name in ours if name in theirs]
    if not shared:
        raise InputError(f"{first} and {second} have no task in common")
    runs = names(first, second)
    return [each for name in shared for each in _differences(runs, ours[name], theirs[name])]


def failures(conditions: Sequence[Condition], differences: Sequence[Difference]) -> list[tuple[Condition, Difference]]:
    """The conditions that hold.

    Raises:
        InputError: a condition names a task or metric that the comparison does not have.
    """
    known = {(each.task, each.metric): each for each in differences}
    for each in conditions:
        if (each.task, each.metric) not in known:
            raise InputError(f"--fail-if {each.text!r}: the runs share no scores of {each.task}.{each.metric}")
    pairs = [(each, known[each.task, each.metric]) for each in conditions]
    return [(each, difference) for each, difference in pairs if each.met_by(difference)]


def _differences(runs: tuple[str, str], first: Log, second: Log) -> Iterator[Difference]:
    start = first.starts[0]
    if start.data != second.starts[0].data:
        raise InputError(f"task {start.task} was run on different data; run both on the same")
    ours, theirs = answered(first), answered(second)
    for metric in metric_names([*ours, *theirs]):
        left, right = column(ours, metric), column(theirs, metric)
        ids = sorted(left.keys() & right.keys())
        if ids:
            pairs = [(left[each], right[each]) for each in ids]
            yield _difference(runs, start.task, metric, pairs, start.seed)


def _difference(
    runs: tuple[str, str], task: str, metric: str, pairs: Sequence[tuple[float, float]], seed: int
) -> Difference:
    first, second = zip(*pairs, strict=True)
    deltas = [right - left for left, right in pairs]
    low, high = bootstrap(deltas, seed=seed)
    count = len(deltas)
    return Difference(
        runs=runs,
        task=task,
        metric=metric,
        n=count,
        first=round(sum(first) / count, 6),
        second=round(sum(second) / count, 6),
        delta=round(sum(deltas) / count, 6),
        low=round(low, 6),
        high=round(high, 6),
        p=round(paired_p(first, second, seed=seed), 6),
    )
