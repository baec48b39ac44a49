import gzip
import json

from sft.measuring.overlap import mirage_questions, overlaps

LONG = "A man of sixty with gout and kidney disease asks which drug lowers urate and is safe for him."


def test_a_copied_question_is_found_whatever_its_case_and_punctuation():
    copied = f"Some guideline text. {LONG.upper().replace(',', ' -')} More text."
    found = overlaps([copied, "something else"], {"held": [LONG, "Another question of which the training texts " * 2]})
    assert found["held"].model_dump() == {"texts": 2, "sharing": 1, "too_short": 0}


def test_texts_too_short_to_tell_are_counted_apart():
    found = overlaps([LONG], {"held": ["Is this long?", LONG]})
    assert found["held"].model_dump() == {"texts": 1, "sharing": 1, "too_short": 1}


def test_mirage_questions_by_set(tmp_path):
    path = tmp_path / "benchmark.json.gz"
    with gzip.open(path, "wt") as stream:
        json.dump({"mmlu": {"0": {"question": "Q1", "options": {}}}}, stream)
    assert mirage_questions(path) == {"mmlu": ["Q1"]}
