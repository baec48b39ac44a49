"""Every pair of ways in is refused with a conflict of name, number, birth date or sex, and read without one."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import pytest
from docx import Document
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid
from typer.testing import CliRunner

from medrag.cli import app
from medrag.errors import PatientError
from medrag.patient import load
from tests.patient.records import TODAY, bundle


@dataclass(frozen=True)
class Who:
    """What a file says of whom it is about; what is empty it does not say."""

    family: str = ""
    given: str = ""
    number: str = ""
    born: str = ""
    sex: str = ""


JANE = Who("Adams", "Jane", "4711", "1960-05-01", "female")
CONFLICTS = {
    "name": (Who("Adams", "Jane"), Who("Roe", "Mary")),
    "identifier": (Who(number="4711"), Who(number="9022")),
    "birth date": (JANE, replace(JANE, born="1961-05-01")),
    "sex": (JANE, replace(JANE, sex="male")),
}


def resource(who: Who) -> dict[str, object]:
    said: dict[str, object] = {"resourceType": "Patient", "id": "p"}
    if who.family:
        said["name"] = [{"family": who.family, "given": [who.given]}]
    if who.number:
        said["identifier"] = [{"type": {"coding": [{"code": "MR"}]}, "value": who.number}]
    return said | {key: value for key, value in (("birthDate", who.born), ("gender", who.sex)) if value}


def note(who: Who, folder: Path) -> Path:
    path = folder / "note.txt"
    path.write_text(words(who))
    return path


def words(who: Who) -> str:
    lines = [
        f"Patient name: {who.given} {who.family}" if who.family else "",
        f"MRN: {who.number}" if who.number else "",
        f"DOB: {who.born}" if who.born else "",
        f"Sex: {who.sex}" if who.sex else "",
        "Takes warfarin 5 mg daily.",
    ]
    return "\n".join(filter(None, lines))


def word_document(who: Who, folder: Path) -> Path:
    document = Document()
    for line in words(who).splitlines():
        document.add_paragraph(line)
    document.save(str(folder / "note.docx"))
    return folder / "note.docx"


def fhir(who: Who, folder: Path) -> Path:
    path = folder / "fhir.json"
    path.write_text(json.dumps(bundle(resource(who))))
    return path


def bulk(who: Who, folder: Path) -> Path:
    path = folder / "Patient.ndjson"
    path.write_text(json.dumps(resource(who) | {"id": "p"}) + "\n")
    return path


def ccda(who: Who, folder: Path) -> Path:
    sexes = {"female": "F", "male": "M"}
    path = folder / "ccda.xml"
    path.write_text(
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole>'
        + (f'<id root="2.16.840.1.113883.19.5" extension="{who.number}"/>' if who.number else "")
        + "<patient>"
        + (f"<name><given>{who.given}</given><family>{who.family}</family></name>" if who.family else "")
        + (f'<administrativeGenderCode code="{sexes[who.sex]}"/>' if who.sex else "")
        + (f'<birthTime value="{who.born.replace("-", "")}"/>' if who.born else "")
        + "</patient></patientRole></recordTarget></ClinicalDocument>"
    )
    return path


def hl7(who: Who, folder: Path) -> Path:
    path = folder / "message.hl7"
    number = f"{who.number}^^^H^MR" if who.number else ""
    sex = {"female": "F", "male": "M", "": ""}[who.sex]
    person = f"PID|1||{number}||{who.family.upper()}^{who.given.upper()}||{who.born.replace('-', '')}|{sex}"
    path.write_text("\r".join(("MSH|^~\\&|A|B|C|D|20261101||ADT^A01|1|P|2.5", person)))
    return path


def dicom(who: Who, folder: Path) -> Path:
    held = Dataset()
    held.SOPClassUID, held.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    held.Modality, held.StudyDate = "CT", "20261101"
    if who.family:
        held.PatientName = f"{who.family}^{who.given}"
    held.PatientID, held.PatientBirthDate = who.number, who.born.replace("-", "")
    held.PatientSex = {"female": "F", "male": "M", "": ""}[who.sex]
    held.file_meta = FileMetaDataset()
    held.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    held.file_meta.MediaStorageSOPClassUID, held.file_meta.MediaStorageSOPInstanceUID = (
        held.SOPClassUID,
        held.SOPInstanceUID,
    )
    path = folder / "image.dcm"
    held.save_as(path, enforce_file_format=True)
    return path


Writer = Callable[[Who, Path], Path]
WRITERS: tuple[Writer, ...] = (note, word_document, fhir, bulk, ccda, hl7, dicom)
PAIRS = list(permutations(WRITERS, 2))
BY_OTHER_GIVERS = {(one, other) for one, other in PAIRS if ccda in (one, other)}
"""Numbers in C-CDA are of a giver by name, those of the others of any hospital: they say nothing of each other."""
REFUSED = [
    (*pair, conflict)
    for pair in PAIRS
    for conflict in CONFLICTS
    if not (conflict == "identifier" and pair in BY_OTHER_GIVERS)
]


def called(value: object) -> str:
    return getattr(value, "__name__", str(value))


def files(tmp_path: Path, one: Writer, other: Writer, first: Who, second: Who) -> list[Path]:
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    return [one(first, folders[0]), other(second, folders[1])]


@pytest.mark.parametrize(("one", "other", "conflict"), REFUSED, ids=called)
def test_two_people_are_refused(tmp_path: Path, one: Writer, other: Writer, conflict: str) -> None:
    with pytest.raises(PatientError, match=rf"of two people: .*\b{conflict}\b") as caught:
        load(files(tmp_path, one, other, *CONFLICTS[conflict]), TODAY)
    assert caught.value.code == "two_people"


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=called)
def test_one_person_is_read(tmp_path: Path, one: Writer, other: Writer) -> None:
    read = load(files(tmp_path, one, other, JANE, JANE), TODAY)
    assert (read.sex, str(read.birth_date)) == ("female", "1960-05-01")


@pytest.mark.parametrize(
    "command", [["patient"], ["check", "--advice", "Give aspirin."], ["calc", "curb_65"], ["ask", "Which drug?"]]
)
def test_a_command_answers_nothing(tmp_path: Path, command: list[str]) -> None:
    paths = files(tmp_path, note, dicom, *CONFLICTS["birth date"])
    given = list(map(str, paths)) if command == ["patient"] else [f"--patient={path}" for path in paths]
    done = CliRunner().invoke(app, [*command, *given])
    assert isinstance(done.exception, PatientError) and done.exception.code == "two_people"
    assert done.stdout == ""
