from pathlib import Path

import pytest

from medrag.errors import KnowledgeError
from medrag.knowledge import load
from medrag.knowledge.files import Files
from medrag.knowledge.reader import BUNDLED, KINDS


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
        ("doses.yaml", "- {drug: fentanyl, single: 1, unless_current: opiod, source: s}", "opiod"),
        ("criteria.yaml", "- {drugs: [aspirin], when: [crlc<30], severity: warning, reason: r, source: s}", "crlc"),
        ("qt_risks.yaml", "- {conditions: [hypokalaemic], source: s}", "hypokalaemic"),
        ("classes.yaml", "a: {members: [b]}\nb: {members: [a]}", "contains itself"),
        ("ages.yaml", "- {drugs: [aspirin", "not valid YAML"),
        ("shorthand.mine.csv", "meaning,spelt\nantibiotics,abx\n", "shorthand.mine.csv: 0.written"),
    ],
)
def test_refuses_what_does_not_fit(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(KnowledgeError, match=said):
        load(tmp_path)


def test_says_where_a_missing_directory_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="nowhere"):
        load(tmp_path / "nowhere")


def test_every_kind_of_fact_ships_with_the_package() -> None:
    assert KINDS - Files([BUNDLED]).kinds == set()


def test_a_file_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "interaction.yaml").write_text("[]")
    with pytest.raises(KnowledgeError, match="interaction'; there are"):
        load(tmp_path)


def test_names_of_another_language_are_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "names.fr.csv").write_text(
        "kind,key,names\ndrug,warfarin,warfarine\ncondition,asthma,asthme; asthme bronchique\n"
        "measurement,potassium,potassium sanguin\nallergen,peanut,arachide\nproduct,co-trimoxazole,cotrim forte\n"
    )
    known = load(tmp_path)
    assert known.names["warfarine"].ingredients == ("warfarin",)
    assert known.names["cotrim forte"].ingredients == ("sulfamethoxazole", "trimethoprim")
    assert [meaning.condition for meaning in known.phrases["asthme bronchique"]] == ["asthma"]
    assert (known.lab_names["potassium sanguin"], known.allergen_names["arachide"]) == ("potassium", "peanut")
    assert (known.name("condition", "asthma", "fr"), known.name("condition", "asthma")) == ("asthme", "asthma")


def test_what_search_alone_is_helped_by_comes_from_the_user_too(tmp_path: Path) -> None:
    (tmp_path / "shorthand.mine.csv").write_text("meaning,written\nour antibiotics,oabx\n")
    (tmp_path / "presentations.mine.csv").write_text("condition,presentations\nasthma,whistling lungs\n")
    known = load(tmp_path)
    assert known.shorthand[-1].written == ("oabx",)
    assert known.presentations[-1].presentations == ("whistling lungs",)


def test_a_users_term_adds_to_the_bundled_one(tmp_path: Path) -> None:
    (tmp_path / "conditions.mine.yaml").write_text("asthma: {names: [twitchy airways], icd10: [J46]}\n")
    asthma = load(tmp_path).conditions["asthma"]
    assert asthma.name == "asthma"
    assert "twitchy airways" in asthma.names
    assert asthma.icd10 == ("J45", "J46")
