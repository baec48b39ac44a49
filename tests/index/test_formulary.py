"""A formulary keeps recommendations of other drugs from being quoted, and no warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import chunk
from index.document import Block, Document, Section
from index.formulary import read_formulary
from medrag.errors import InputError
from medrag.knowledge import load
from medrag.types import Passage


def passage(*said: str) -> Passage:
    (made,) = chunk.passages(Document("d", "D", (Section((), tuple(Block(each, statement=True) for each in said)),)))
    return made


@pytest.mark.parametrize("name", ["list.txt", "list.csv"])
def test_what_recommends_another_drug_is_not_quotable_and_a_warning_is(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(("drug\n" if name.endswith("csv") else "# ours\n") + "Amoxicillin\nnitrofurantoin\n")
    made = passage(
        "Give amoxicillin 500 mg three times a day.",
        "Give pivmecillinam 400 mg, or nitrofurantoin 100 mg.",
        "Do not give ciprofloxacin.",
        "Measure the temperature every 4 hours.",
    )
    kept = read_formulary(file, load()).restricted(made)
    assert [kept.quote(each)[:8] for each in kept.sentences] == ["Give amo", "Do not g", "Measure "]
    assert kept.text == made.text


def test_an_empty_formulary_and_a_table_without_the_column_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("# nothing\n")
    (tmp_path / "b.csv").write_text("name\namoxicillin\n")
    for file in ("a.txt", "b.csv", "none.txt"):
        with pytest.raises(InputError):
            read_formulary(tmp_path / file, load())


def test_chinese_recommendations_are_read(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("阿莫西林\n", "utf-8")
    made = passage("推荐使用阿莫西林 500 mg 每日三次。", "推荐使用左氧氟沙星 500 mg 每日一次。", "不推荐使用环丙沙星。")
    kept = read_formulary(tmp_path / "list.txt", load()).restricted(made)
    assert [kept.quote(each)[:8] for each in kept.sentences] == ["推荐使用阿莫西林", "不推荐使用环丙沙"]
