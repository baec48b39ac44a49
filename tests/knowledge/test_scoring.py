"""Point scores as data: how a line is read, and that each score's lines add up to what it says it ranges over."""

from __future__ import annotations

import pytest

from medrag.errors import KnowledgeError
from medrag.knowledge import load
from medrag.knowledge.scoring import Line, PointScore

SCORES = sorted(load().point_scores)


def line(asks: str, said: object) -> Line:
    score = PointScore.model_validate(
        {"key": "s", "title": "s", "population": "p", "source": "s", "range": (0, 1), "points": {asks: said}}
    )
    return score.lines[0]


def test_a_finding_alone_gives_its_points_where_it_is_present() -> None:
    (((((test,),), points),)) = line("confusion", 1).tests
    assert (test.key, test.how, test.limit, points) == ("confusion", "=", True, 1)


def test_a_bare_word_is_an_answer_and_beside_others_a_finding() -> None:
    assert line("sex", {"female": 1}).tests[0][0][0][0].limit == "female"
    ways, _ = line("lungs", {"pf_ratio<100 & ventilated | pf_ratio?<50": 4}).tests[0]
    assert [[(test.key, test.optional) for test in way] for way in ways] == [
        [("pf_ratio", False), ("ventilated", False)],
        [("pf_ratio", True)],
    ]


@pytest.mark.parametrize("written", ["systolic<", "", "a b c"])
def test_what_is_no_test_is_refused(written: str) -> None:
    with pytest.raises(KnowledgeError):
        line("pressure", {f"{written} | systolic<90": 1})


@pytest.mark.parametrize("name", SCORES)
def test_the_lines_add_up_to_the_range(name: str) -> None:
    known = load()
    score = known.point_scores[name]
    least = most = score.start
    for each in score.lines:
        if each.each is not None and each.asks not in known.scores:
            return  # years of age have no bound
        points = [0.0, *(given for _, given in each.tests)]
        if each.each is not None:
            points = [each.each * grade for grade in known.scores[each.asks].grades.values()]
        least, most = least + min(points), most + max(points)
    assert most == score.range[1]
    assert least in (score.range[0], 0)
