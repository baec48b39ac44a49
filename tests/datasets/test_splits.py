from __future__ import annotations

import hashlib

from medrag.datasets.splits import held_out, split_of


def test_the_last_digit_of_the_file_names_sha1_decides() -> None:
    seen = set()
    for number in range(200):
        name = f"{number}.xml"
        digit = hashlib.sha1(name.encode()).hexdigest()[-1]
        assert held_out(name) == (digit in "01")
        assert split_of(name) == {"0": "held-out", "1": "held-out", "2": "validation"}.get(digit, "train")
        seen.add(split_of(name))
    assert seen == {"held-out", "validation", "train"}


def test_the_folder_does_not_count() -> None:
    names = [f"{number}.md" for number in range(50)]
    assert [held_out(f"some/folder/{name}") for name in names] == [held_out(name) for name in names]
