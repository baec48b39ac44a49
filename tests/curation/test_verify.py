"""Facts held against small labels written for the purpose."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from medrag.curation.claims import Claim
from medrag.curation.cli import knowledge
from medrag.curation.verify import Verified, Verifier
from medrag.errors import InputError
from medrag.knowledge import Knowledge
from medrag.knowledge.facts import Fact
from medrag.knowledge.reader import load, read
from medrag.reading import drugs
from tests.curation import labels

FACTS = {
    "contraindications.csv": """drugs,conditions,severity,reason,source
ibuprofen,asthma,contraindicated,bronchospasm,label-4
ibuprofen,gout,warning,none,label-4
""",
    "doses.csv": "drug,daily,source\nmetformin,2550,label-2\ncetirizine,40,label-2\n",
    "renal.csv": """drugs,metric,below,severity,reason,source
cetirizine,egfr,31,warning,lower dose,label-2
ibuprofen,egfr,29,warning,avoid,label-5
""",
    "no_interactions.csv": "drug,source\nlactulose,references\nadapalene,references\n",
}
IBUPROFEN = {
    "4": "Ibuprofen is contraindicated in patients who have had asthma, urticaria or allergic reactions after aspirin.",
    "7": "Concomitant use with warfarin raises the risk of serious bleeding. Monitor for bleeding.",
    "8": "No dosage adjustment is needed in patients with mild renal impairment.",
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    folder = tmp_path_factory.mktemp("facts")
    for name, text in FACTS.items():
        (folder / name).write_text(text)
    return read(folder)


@pytest.fixture
def spl(tmp_path: Path) -> Path:
    folder = tmp_path / "labels"
    folder.mkdir()
    labels.write(folder, "ibuprofen", IBUPROFEN)
    labels.write(folder, "ibuprofen", {"4": "None."}, effective="20010101", set_id="older")
    labels.write(folder, "metformin", {"2": "Increase weekly up to a maximum of 2,550 mg per day in divided doses."})
    labels.write(folder, "cetirizine hydrochloride", {"2": "The usual dose is 5 mg. Do not exceed 10 mg daily."})
    labels.write(folder, "lactulose", {"7": "Antacids given with lactulose and neomycin may reduce its effect."})
    labels.write(folder, "adapalene", {"7": "There are no known interactions."})
    (folder / "other.xml").write_text("<document/>")
    return folder


def about(drug: str, known: Knowledge, spl: Path) -> list[Verified]:
    return list(Verifier(spl, known).facts_of(drug))


def one(found: list[Verified], **says: object) -> Verified:
    (match,) = (
        each for each in found if all(getattr(each.claim.fact, key, None) == value for key, value in says.items())
    )
    return match


def test_a_sentence_that_names_the_condition_supports_a_contraindication(known: Knowledge, spl: Path) -> None:
    found = about("ibuprofen", known, spl)
    asthma = one(found, conditions=("asthma",), reason="bronchospasm")
    assert (asthma.standing, asthma.section) == ("supported", "4 SECTION")
    assert "urticaria" in asthma.sentence
    assert (asthma.document, asthma.version) == ("DailyMed label ibuprofen-label", "version 3, 20240501")
    assert one(found, conditions=("gout",)).standing == "not found"


def test_an_interaction_is_found_by_the_other_drug_or_its_class(known: Knowledge, spl: Path) -> None:
    pairs = [each for each in about("ibuprofen", known, spl) if each.claim.kind == "interactions"]
    warfarin = [each for each in pairs if "warfarin" in each.claim.others]
    assert warfarin and {each.standing for each in warfarin} == {"supported"}
    lithium = [each for each in pairs if each.claim.others == {"lithium"}]
    assert {each.standing for each in lithium} <= {"not found"}


def test_a_highest_dose_is_the_same_or_another(known: Knowledge, spl: Path) -> None:
    assert one(about("metformin", known, spl), daily=2550.0, single=None).standing == "supported"
    other = one(about("cetirizine", known, spl), daily=40.0)
    assert (other.standing, other.sentence) == ("contradicted", "Do not exceed 10 mg daily.")


def test_a_denial_of_milder_cases_leaves_the_fact_open(known: Knowledge, spl: Path, tmp_path: Path) -> None:
    assert one(about("ibuprofen", known, spl), below=29.0).standing == "not found"
    assert one(about("cetirizine", known, spl), below=31.0).standing == "not found"
    labels.write(tmp_path, "ibuprofen", {"5": "No dosage adjustment is needed, even in severe renal impairment."})
    assert one(about("ibuprofen", known, tmp_path), below=29.0).standing == "contradicted"


def test_a_dose_goes_by_its_numbers(known: Knowledge, tmp_path: Path) -> None:
    labels.write(tmp_path, "metformin", {"2": "No effect is seen below 1500 mg. The maximum is 2,550 mg daily."})
    assert one(about("metformin", known, tmp_path), daily=2550.0, single=None).standing == "supported"


CUES = {
    "renal impairment": "kidney",
    "hepatic impairment": "liver",
    "pregnancy": "pregnancy",
    "lactation": "lactation",
}


def claim(drug: str, about: str, known: Knowledge) -> Claim:
    kind, _, value = about.partition(":")
    if kind == "n":
        return Claim(Fact(source="label"), "doses", drug, numbers=frozenset({float(value)}))
    if kind == "c":
        return Claim(Fact(source="label"), "contraindications", drug, conditions=frozenset({value}))
    if about in CUES:
        return Claim(Fact(source="label"), "renal", drug, cue=CUES[about])
    mentions = drugs(about, known)
    classes = {each.drug_class for each in mentions if each.drug_class} | ({about} & known.members.keys())
    named = {name for each in mentions for name in each.ingredients}
    others = frozenset(named.union(*(known.members[each] for each in classes)))
    return Claim(Fact(source="label"), "interactions", drug, others=others)


def test_sentences_of_labels_support_contradict_or_leave_open() -> None:
    """157 sentences in labels' wordings; of the last 32, written after the rules, 28 were right at first."""
    lines = (Path(__file__).parent / "label_sentences.tsv").read_text().splitlines()[1:]
    known, wrong = load(), []
    for drug, about, sentence, standing in (line.split("\t") for line in lines):
        said = claim(drug, about, known).standing(sentence, known, listed=True)
        wrong += [f"{sentence}: {said}"] if said != standing else []
    assert not wrong


def test_what_labels_call_a_class_is_of_a_class() -> None:
    known = load()
    classes = {cue.removeprefix("label_of_") for cue in known.cues if cue.startswith("label_of_")}
    assert classes <= known.members.keys()


def test_a_fact_that_there_is_nothing_asks_its_section(known: Knowledge, spl: Path) -> None:
    lactulose = next(each for each in about("lactulose", known, spl) if each.claim.kind == "no_interactions")
    assert (lactulose.standing, "neomycin" in lactulose.sentence) == ("contradicted", True)
    adapalene = next(each for each in about("adapalene", known, spl) if each.claim.kind == "no_interactions")
    assert adapalene.standing == "supported"


def test_files_that_are_no_label_are_named_and_a_folder_without_any_is_refused(known: Knowledge, spl: Path) -> None:
    (reason,) = Verifier(spl, known).unread
    assert "other.xml" in reason
    (spl / "empty").mkdir()
    with pytest.raises(InputError, match="DailyMed"):
        Verifier(spl / "empty", known)


def test_the_command_shows_sentences_and_counts(spl: Path) -> None:
    shown = CliRunner().invoke(knowledge, ["verify", "--spl", str(spl), "ibuprofen", "--json"])
    lines = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {line["drug"] for line in lines} == {"ibuprofen"}
    assert any(line["standing"] == "supported" and "asthma" in line["sentence"] for line in lines)
    assert "supported" in shown.stderr
