import random
import warnings

import pytest

from eval.ranking import ranking_scores


def test_the_metrics_agree_with_ranx() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ranx = pytest.importorskip("ranx", reason="needs ranx to compare with")
    draw = random.Random(0)
    ids = [f"d{number}" for number in range(12)]
    names = ["recall@5", "mrr@5", "ndcg@5"]
    golds, rankings = {}, {}
    for query in (f"{number:02d}" for number in range(60)):
        golds[query] = draw.sample(ids, draw.randint(1, 8))
        rankings[query] = draw.sample(ids, draw.randint(1, 12))
    qrels = ranx.Qrels({query: dict.fromkeys(gold, 1) for query, gold in golds.items()})
    run = ranx.Run({query: {each: 1 / (rank + 1) for rank, each in enumerate(ids)} for query, ids in rankings.items()})
    theirs = ranx.evaluate(qrels, run, names, return_mean=False)
    ours = [ranking_scores(golds[query], rankings[query], 5) for query in golds]
    for name in names:
        assert [scores[name] for scores in ours] == pytest.approx(list(theirs[name])), name


def test_an_empty_ranking_scores_nothing() -> None:
    assert set(ranking_scores(["a"], [], 5).values()) == {0.0}


def test_an_id_counts_once_at_its_first_rank() -> None:
    assert ranking_scores(["a", "b"], ["c", "a", "a", "b"], 3)["recall@3"] == 1.0
