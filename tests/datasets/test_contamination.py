from medrag.datasets.contamination import found, runs

LONG = "A man of sixty with gout and kidney disease asks which drug lowers urate and is safe for him."
TEN = "Which drug is best for a child with otitis media?"


def test_a_copy_is_found_whatever_its_case_and_punctuation():
    copied = f"Some guideline text. {LONG.upper().replace(',', ' -')} More text."
    assert found(runs(LONG), ["something else", copied]) == runs(LONG)


def test_thirteen_words_of_a_longer_text_are_enough():
    assert found(runs(LONG), [" ".join(LONG.split()[3:16])])
    assert not found(runs(LONG), [" ".join(LONG.split()[3:15])])


def test_a_short_text_is_looked_for_whole_and_a_shorter_one_not_at_all():
    assert found(runs(TEN), [f"{TEN} Then?"]) == runs(TEN)
    assert not found(runs(TEN), [TEN.replace("child", "man")])
    assert runs("Which drug is best for gout?") == set()
