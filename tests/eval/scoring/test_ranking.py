import importlib.util
import json
import os
import random
import subprocess
import sys

import pytest

from eval.scoring.ranking import ranking_scores

THEIRS = """
import json, sys, warnings
warnings.simplefilter("ignore")
import ranx
golds, rankings, names = json.load(sys.stdin)
qrels = ranx.Qrels({query: dict.fromkeys(gold, 1) for query, gold in golds.items()})
run = ranx.Run({query: {each: 1 / (rank + 1) for rank, each in enumerate(ids)} for query, ids in rankings.items()})
scores = ranx.evaluate(qrels, run, names, return_mean=False)
print(json.dumps({name: [float(value) for value in scores[name]] for name in names}))
"""


@pytest.mark.skipif(importlib.util.find_spec("ranx") is None, reason="needs ranx to compare with")
def test_the_metrics_agree_with_ranx() -> None:
    draw = random.Random(0)
    ids = [f"d{number}" for number in range(12)]
    names = ["recall@5", "mrr@5", "ndcg@5"]
    queries = [f"{number:02d}" for number in range(60)]
    golds = {query: draw.sample(ids, draw.randint(1, 8)) for query in queries}
    rankings = {query: draw.sample(ids, draw.randint(1, 12)) for query in queries}
    # Compiling takes longer than everything it would compute.
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    given = json.dumps([golds, rankings, names])
    done = subprocess.run(
        [sys.executable, "-c", THEIRS], input=given, env=environment, capture_output=True, text=True, check=True
    )
    theirs = json.loads(done.stdout)
    ours = [ranking_scores(golds[query], rankings[query], 5) for query in queries]
    for name in names:
        assert [scores[name] for scores in ours] == pytest.approx(theirs[name]), name


def test_an_empty_ranking_scores_nothing() -> None:
    assert set(ranking_scores(["a"], [], 5).values()) == {0.0}


def test_an_id_counts_once_at_its_first_rank() -> None:
    assert ranking_scores(["a", "b"], ["c", "a", "a", "b"], 3)["recall@3"] == 1.0
