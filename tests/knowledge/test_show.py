import json

import pytest
from typer.testing import CliRunner

from medrag.curation.cli import knowledge
from medrag.errors import KnowledgeError
from medrag.knowledge import Knowledge, load
from medrag.knowledge.facts import Fact
from medrag.knowledge.schema import RULES
from medrag.knowledge.show import known_of


def test_a_brand_shows_its_ingredient_with_every_rule_and_source() -> None:
    (warfarin,) = known_of("Coumadin", load())
    assert (warfarin["drug"], warfarin["rxcui"]) == ("warfarin", "11289")
    assert "vitamin_k_antagonist" in warfarin["classes"]
    assert {"interactions", "contraindications", "doses", "life_stages"} <= warfarin["rules"].keys()
    assert all(rule["source"] for rules in warfarin["rules"].values() for rule in rules)


def test_a_rule_of_a_class_is_shown_for_its_members() -> None:
    (avanafil,) = known_of("avanafil", load())
    assert any(rule["a"] == ["nitrate"] for rule in avanafil["rules"]["interactions"])


def test_a_product_shows_all_that_is_in_it() -> None:
    assert [each["drug"] for each in known_of("Augmentin", load())] == ["amoxicillin", "clavulanate"]


def test_a_class_shows_its_members() -> None:
    (group,) = known_of("ACE inhibitors", load())
    assert {"enalapril", "ramipril"} <= set(group["members"])
    assert group["rules"]["life_stages"]


def test_an_unknown_name_is_said_to_be_unknown() -> None:
    with pytest.raises(KnowledgeError, match="nosuchdrug"):
        known_of("nosuchdrug", load())


def test_the_command_prints_text_and_json() -> None:
    shown = CliRunner().invoke(knowledge, ["show", "Coumadin"])
    assert shown.output.startswith("warfarin\n")
    assert "interactions (" in shown.output
    (read,) = json.loads(CliRunner().invoke(knowledge, ["show", "Coumadin", "--json"]).output)
    assert read["drug"] == "warfarin"


def test_what_trials_found_orders_ask_for_and_how_its_level_is_called_is_shown() -> None:
    (metformin,), (lithium,) = known_of("metformin", load()), known_of("碳酸锂", load())
    assert {"effects", "order_calculators"} <= metformin["rules"].keys()
    assert all(fact["source"] for fact in metformin["rules"]["effects"])
    assert lithium["levels"] == ["lithium level"]


def _drugs(fact: Fact, known: Knowledge) -> set[str]:
    """A drug for each ingredient or class that a field of the fact names; words for a reader are none."""
    said = [value for name, value in fact if name not in ("reason", "words", "names", "source", "key")]
    listed = [each for value in said for each in (value if isinstance(value, tuple) else (value,))]
    named = {each for each in listed if isinstance(each, str)}
    return {min(known.expand((each,))) for each in named if each in known.drugs or each in known.members}


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_that_names_a_drug_is_shown_of_it(kind: str) -> None:
    known = load()
    for fact in getattr(known.rules, kind)[::20]:
        for name in sorted(_drugs(fact, known))[:4]:
            (drug,) = known_of(name, known)
            assert known.identity(fact) in {each["id"] for each in drug["rules"].get(kind, ())}, (name, fact)
