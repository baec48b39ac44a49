"""Point scores: sums that the knowledge declares (``point_scores``), read as calculators."""

from __future__ import annotations

import math

from medrag.knowledge.scoring import Line, PointScore, Test
from medrag.patient.measures.calculators.declaration import Calculator, Values


def calculator(score: PointScore) -> Calculator:
    """The score as a calculator. With inputs missing it stands where they cannot change it."""
    return Calculator(
        score.title,
        "{score}",
        f"sum of points, {score.range[0]:g} to {score.range[1]:g}",
        score.inputs,
        lambda values: bounds(score, values)[0],
        population=score.population,
        source=score.source,
        ages=score.ages,
        excludes=score.excludes,
        fresh_days=score.fresh_days,
        together_days=score.together_days,
        bounds=lambda values: bounds(score, values),
        means=score.means,
    )


def bounds(score: PointScore, values: Values) -> tuple[float, float]:
    """The least and the most points that ``values`` leave open; equal where all that counts is known."""
    open_to = [_points(line, values) for line in score.lines]
    return score.start + sum(map(min, open_to)), min(score.start + sum(map(max, open_to)), score.range[1])


def _points(line: Line, values: Values) -> list[float]:
    """The points that the line may still give; none are known of one that counts units not recorded."""
    if line.each is not None:
        return [line.each * values[line.asks]] if line.asks in values else [0.0, math.inf]
    possible: list[float] = []
    for ways, points in line.tests:
        held = _any([_all([_holds(test, values) for test in way]) for way in ways])
        if held is not False:
            possible.append(points)
        if held:
            return possible
    return [*possible, 0.0]


def _holds(test: Test, values: Values) -> bool | None:
    if test.key in values:
        return test.holds(values[test.key])
    return False if test.optional else None


def _all(held: list[bool | None]) -> bool | None:
    return False if False in held else None if None in held else True


def _any(held: list[bool | None]) -> bool | None:
    return True if True in held else None if None in held else False
