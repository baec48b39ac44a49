"""What two Chinese questions share in words."""

from __future__ import annotations

import numpy as np

from medrag.retrieval.store.alike import Wordings
from medrag.retrieval.store.asked import Answered, Asked

WRITTEN = ["痛风降到多少算达标", "痛风急性期能开别嘌醇吗", "", "血压降到多少算达标"]


def test_rarer_words_say_more_and_numbers_nothing() -> None:
    wordings = Wordings(WRITTEN)
    shares = wordings.shares("痛风病人尿酸 340，降到多少算达标？")
    assert shares.argmax() == 0
    assert shares[0] > shares[3] > shares[1] > shares[2] == 0
    assert not wordings.shares("340").any()
    assert wordings.shares(WRITTEN[1])[1] > 0.99
    assert wordings.worded.tolist() == [True, True, False, True]


def test_of_two_questions_as_near_in_english_the_one_in_the_same_words_answers() -> None:
    answered = [
        Answered(document="gout", question="痛风降到多少算达标", must=("target",)),
        Answered(document="gout", question="痛风急性期能开别嘌醇吗", must=("flare",)),
        Answered(document="gout", question="Can allopurinol be started in a flare?", must=("english",)),
    ]
    vectors = np.full((3, 4), 0.5, dtype=np.float32)
    asked = Asked(answered, vectors)
    sentences = [("gout", "target"), ("gout", "flare"), ("gout", "english")]
    near = asked.near(vectors[0], sentences, words="正在发作，别嘌醇能开吗")
    assert near.cosines[1] > near.cosines[0]
    assert near.worded[2] == 0 and near.cosines[2] == 1
    english = asked.near(vectors[0], sentences, words="Can I start allopurinol?")
    assert english.cosines.tolist() == [1, 1, 1]
    assert english.worded == (0, 0, 0)
