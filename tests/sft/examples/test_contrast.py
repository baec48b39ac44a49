import random
from itertools import pairwise

from sft.examples.contrast import contrast_example, match_example
from sft.examples.synthetic import topic
from sft.examples.topics import Part, Topic
from sft.measuring.score import questions
from sft.patients.profiles import Profile
from sft.patients.statements import Statement

NAMES = ["gout", "asthma", "migraine", "cellulitis", "epilepsy"]


def _examples(seed, count=30):
    rng = random.Random(seed)
    for _ in range(count):
        main, other = (topic(rng, name) for name in rng.sample(NAMES, 2))
        if made := contrast_example(rng, main, [other], "synthetic"):
            yield made


def test_for_one_question_most_neighbouring_patients_have_other_answers():
    pairs = [pair for each in _examples(1) for pair in pairwise(questions([each])) if pair[0].group == pair[1].group]
    differing = sum(set(first.gold) != set(second.gold) for first, second in pairs)
    assert len(pairs) > 100
    assert differing > 0.4 * len(pairs)


def test_a_guideline_that_says_the_same_to_everybody_makes_none():
    part = Part("Treatment", "treatment", (Statement("Rest."), Statement("Drink enough.")))
    assert contrast_example(random.Random(0), Topic("t", "Flu", "flu", (part,)), [], "synthetic") is None


def test_the_answer_is_what_applies_to_the_patient_in_the_record():
    every = (
        Statement("In pregnancy, give paracetamol.", frozenset(["pregnant"])),
        Statement("Give ibuprofen.", unless=frozenset(["pregnant"])),
    )
    flu = Topic("t", "Flu", "flu", (Part("Treatment", "treatment", every),))
    example = contrast_example(random.Random(3), flu, [], "synthetic")
    seen = set()
    for each in questions([example]):
        pregnant = ", pregnant" in each.prompt[-1]["content"].partition("<patient>")[2]
        assert each.gold == (((1, 1),) if pregnant else ((1, 2),))
        assert every[0].applies(Profile(30, "female", pregnant=pregnant)) is pregnant
        seen.add(pregnant)
    assert seen == {True, False}


def test_matching_answers_with_the_sentences_for_the_patients_own_facts():
    pool = [Statement("In pregnancy, give paracetamol.", frozenset(["pregnant"]))]
    asked = [each for seed in range(40) for each in questions([match_example(random.Random(seed), "flu", pool)])]
    assert 0.5 < sum(len(each.gold) == 1 for each in asked) / len(asked) < 0.9
    assert 0.02 < sum(not each.gold for each in asked) / len(asked) < 0.3
    lines = [
        f"[{each.gold[0][0]}.{each.gold[0][1]}] In pregnancy, give paracetamol." in each.prompt[-1]["content"]
        for each in asked
        if len(each.gold) == 1 and ", pregnant" in each.prompt[-1]["content"]
    ]
    assert any(lines)
