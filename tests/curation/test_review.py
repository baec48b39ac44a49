"""A reviewer's walk through facts, and what advice says of it afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from medrag.curation.cli import knowledge
from medrag.curation.review import FILE, unreviewed, walk
from medrag.curation.verify import Verifier
from medrag.knowledge.base import Knowledge
from medrag.knowledge.reader import read
from medrag.knowledge.show import known_of
from medrag.rendering import statement_text
from medrag.safety.consultation import Consultation
from medrag.types import Coverage, Patient, Statement
from tests.curation import labels

PATIENT = {"age_years": 50, "sex": "male", "no_known_allergies": True, "conditions": ["asthma"], "medications": []}


def typing(*answers: str) -> Iterator[str]:
    yield from answers


def reviewed(folder: Path, *answers: str, drugs: tuple[str, ...] = ("propranolol",)) -> Knowledge:
    known = read(folder if folder.exists() else None)
    typed = typing(*answers)
    list(walk(unreviewed(drugs, known), known, "A. Pharmacist", folder / FILE, lambda _: next(typed)))
    return read(folder)


def advised(known: Knowledge, advice: str) -> tuple[Statement, Coverage]:
    consultation = Consultation(Patient.model_validate(PATIENT), "", known)
    statement = consultation.settle(Statement(text=advice))
    coverage = {each.check: each for each in consultation.conclude().coverage}
    return statement, coverage["facts on advised drugs reviewed"]


def test_every_fact_is_unreviewed_until_somebody_was_there() -> None:
    known = read(None)
    assert not known.reviewed
    assert not any(known.found_right(each) for each in (*known.rules.no_interactions, *known.rules.absorption))
    (adapalene,) = known_of("adapalene", known)
    assert all(rule["review"] is None for rules in adapalene["rules"].values() for rule in rules)


def test_answers_are_kept_at_once_and_the_walk_goes_on_where_it_stopped(tmp_path: Path) -> None:
    total = len(list(unreviewed(("propranolol",), read(None))))
    known = reviewed(tmp_path, "y", "s", "n", "the label says otherwise", "what?", "q")
    right, wrong = known.reviews
    assert (right.verdict, right.reviewer, wrong.verdict) == ("right", "A. Pharmacist", "wrong")
    assert wrong.note == "the label says otherwise"
    assert right.document
    assert len(list(unreviewed(("propranolol",), known))) == total - 2
    assert len(reviewed(tmp_path, "y", "q").reviews) == 3


def test_an_interrupted_walk_keeps_what_was_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = typing("y", "y")

    def interrupted(_: str) -> str:
        for answer in typed:
            return answer
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    monkeypatch.setenv("MEDRAG_HOME", str(tmp_path))
    done = CliRunner().invoke(knowledge, ["review", "propranolol", "--as", "A. Pharmacist"])
    assert (done.exit_code, len(read(tmp_path / "knowledge").reviews)) == (0, 2)


def test_advice_says_how_much_of_what_it_stood_on_was_reviewed(tmp_path: Path) -> None:
    advice = "Start metformin 500 mg twice daily."
    _, before = advised(read(None), advice)
    assert before.assessed == 0 < before.total
    _, after = advised(reviewed(tmp_path, "y", "y", "n", "too high", "q", drugs=("metformin",)), advice)
    assert (after.assessed, after.total) == (2, before.total)


def test_a_warning_says_that_its_fact_is_unreviewed_until_it_is(tmp_path: Path) -> None:
    advice = "Start propranolol 40 mg twice daily."
    statement, _ = advised(read(None), advice)
    asthma = next(each for each in statement.findings if each.code == "contraindication.rule")
    assert asthma.reviewed is False
    assert "unreviewed)" in statement_text(1, statement)
    statement, _ = advised(reviewed(tmp_path, *["y"] * 500), advice)
    asthma = next(each for each in statement.findings if each.code == "contraindication.rule")
    assert asthma.reviewed is True
    assert "unreviewed)" not in statement_text(1, statement)


def test_a_fact_that_is_edited_is_unreviewed_again(tmp_path: Path) -> None:
    facts = tmp_path / "doses.yaml"
    facts.write_text("- {drug: adapalene, daily: 7777, source: label-2}\n")
    known = reviewed(tmp_path, *["y"] * 50, drugs=("adapalene",))
    dose = next(each for each in known.rules.doses if each.daily == 7777)
    assert known.found_right(dose)
    facts.write_text("- {drug: adapalene, daily: 8888, source: label-2}\n")
    changed = read(tmp_path)
    assert not changed.found_right(next(each for each in changed.rules.doses if each.daily == 8888))


def test_with_a_label_the_sentence_is_shown_and_its_version_kept(tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    labels.write(folder, "propranolol", {"4": "Propranolol is contraindicated in patients with bronchial asthma."})
    known, shown = read(None), []

    def ask(text: str) -> str:
        shown.append(text)
        return "y" if "bronchial asthma" in text else "s"

    facts = unreviewed(("propranolol",), known, Verifier(folder, known))
    reviews = list(walk(facts, known, "A. Pharmacist", tmp_path / FILE, ask))
    assert reviews
    assert {(each.document, each.version) for each in reviews} == {
        ("DailyMed label propranolol-label", "version 3, 20240501")
    }
    assert any("supported: Propranolol is contraindicated" in text for text in shown)
