from pathlib import Path

import pytest

from medrag.errors import KnowledgeError
from medrag.knowledge import load
from medrag.knowledge.reader import DATA


def test_covers_the_drugs_of_common_practice() -> None:
    knowledge = load()
    assert len(knowledge.drugs) >= 300
    assert sum(bool(drug.atc) for drug in knowledge.drugs.values()) >= 300


def test_every_rule_names_a_source() -> None:
    rules = load().rules
    assert all(fact.source.strip() for kind in vars(rules).values() for fact in kind)


def test_every_source_key_is_spelt_out() -> None:
    knowledge = load()
    keys = {fact.source for kind in vars(knowledge.rules).values() for fact in kind}
    assert not [key for key in keys if " " not in key and key not in knowledge.sources]


def test_every_atc_code_is_well_formed() -> None:
    import re

    codes = [code for drug in load().drugs.values() for code in drug.atc]
    assert not [code for code in codes if not re.fullmatch(r"[A-Z]\d\d[A-Z](?:[A-Z](?:\d\d)?)?", code)]


def test_hash_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "interactions.yaml").write_text(
        "- {a: [aspirin], b: [metformin], severity: warning, reason: test, source: test fact}\n"
    )
    extended = load(tmp_path)
    assert extended.hash != load().hash
    assert len(extended.rules.interactions) == len(load().rules.interactions) + 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("interactions.yaml", "- {a: [aspirn], b: [metformin], severity: warning, reason: r, source: s}", "aspirn"),
        (
            "contraindications.yaml",
            "- {drugs: [aspirin], conditions: [], severity: dire, reason: r, source: s}",
            "severity",
        ),
        ("doses.yaml", "- {drug: aspirin, single: lots, source: s}", "single"),
        ("classes.yaml", "a: {members: [b]}\nb: {members: [a]}", "contains itself"),
        ("ages.yaml", "- {drugs: [aspirin", "not valid YAML"),
    ],
)
def test_refuses_what_does_not_fit(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(KnowledgeError, match=said):
        load(tmp_path)


def test_says_where_a_missing_directory_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="nowhere"):
        load(tmp_path / "nowhere")


def test_data_files_ship_with_the_package() -> None:
    assert {"drugs.csv", "interactions.yaml", "pgx.json"} <= {path.name for path in DATA.iterdir()}
