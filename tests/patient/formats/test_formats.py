"""Recognising files by content, refusing what cannot be read, tables of patients, imaging."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from medrag.errors import PatientError
from medrag.knowledge import load as knowledge
from medrag.patient import load
from medrag.patient.formats.imaging import image_content
from medrag.patient.formats.table import Row, read_rows
from tests.patient.records import TODAY


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.json", b"  \n", "is empty"),
        ("cut.json", b'{"resourceType": "Bundle", "entry": [', "is not JSON: .* at line 1, column"),
        ("words.json", b"this is a note", "is not JSON"),
        ("nan.json", b'{"age_years": NaN}', "not finite"),
        ("twice.json", b'{"allergies": ["penicillin"], "allergies": []}', "has a field twice"),
        ("half.json", b'{"conditions": ["gout \\ud800"]}', "half of a surrogate pair"),
        (
            "lines.ndjson",
            b'{"resourceType": "Patient", "id": "a"}\n{"resourceType": "Patient", "id": "a", "id": "b"}',
            "twice",
        ),
        ("deep.json", b"[" * 100_000, "nested too deeply"),
        ("cut.pdf", b"%PDF-1.7", "is a PDF that is damaged"),
        ("photo.png", b"\x89PNG\r\n", "is an image"),
        ("record.xml", b'<Bundle xmlns="http://hl7.org/fhir"/>', "holds no FHIR resource"),
        ("binary.txt", b"\xff\xfa\x00\x01", "neither text"),
        ("nul.txt", b"a\x00b", "binary data"),
        ("bad.gz", b"\x1f\x8bxxxx", "damaged gzip"),
        ("not.dcm", b"text", "does not parse as DICOM"),
        ("odd.csv", b"a,b\n1,2\n", "neither genes nor fields of a patient"),
        ("empty-bundle.json", b'{"resourceType": "Bundle"}', "holds no FHIR resource"),
    ],
)
def test_what_cannot_be_read_says_so_in_one_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(PatientError, match=said) as caught:
        load([path], TODAY)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


def test_a_header_is_only_looked_for_in_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_bytes(b"0\r0, age, sex")
    assert load([path], TODAY).problems[0].reason == "nothing in the text was recognised"


def test_a_file_whose_name_is_no_utf8_is_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/\xff note.txt"))
    path.write_text("Takes warfarin 5 mg daily.")
    assert load([path], TODAY).model_dump_json()


def test_missing_files_and_no_files(tmp_path: Path) -> None:
    with pytest.raises(PatientError, match=r"gone\.json: cannot be read"):
        load([tmp_path / "gone.json"], TODAY)
    with pytest.raises(PatientError, match="no patient file"):
        load([], TODAY)


def test_encodings_compression_and_ndjson(tmp_path: Path) -> None:
    text = '{"age_years": 40, "sex": "female"}'
    (tmp_path / "utf16.json").write_bytes(text.encode("utf-16"))
    (tmp_path / "bom.json").write_bytes(text.encode("utf-8-sig"))
    (tmp_path / "packed.json").write_bytes(gzip.compress(text.encode()))
    lines = '{"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1986-01-01"}\n' * 2
    (tmp_path / "bulk.ndjson").write_text(lines)
    for name in ("utf16.json", "bom.json", "packed.json", "bulk.ndjson"):
        known = load([tmp_path / name], TODAY)
        assert (known.age_years, known.sex) == (40, "female"), name


TABLE = (
    "id,age,sex,weight,conditions,allergies,creatinine (mg/dL),genotypes,question\n"
    "a,70,F,60,hypertension; gout,penicillin,1.1,CYP2C19 *2/*2; TPMT Normal Metabolizer,Which drug?\n"
    "b,old,M,,,,,,\n"
    ",,,,,,,,\n"
    "c,50,M,80,asthma,,88,,\n"
)


def test_rows_of_a_table_are_patients_and_a_bad_row_does_not_stop_the_others() -> None:
    first, second, third = read_rows(TABLE, "batch.csv", TODAY, knowledge())
    assert isinstance(first, Row)
    assert isinstance(third, Row)
    assert (first.id, first.question, first.patient.sex) == ("a", "Which drug?", "female")
    assert [fact.display for fact in first.patient.conditions] == ["hypertension", "gout"]
    assert {each.gene: each.lookup_key for each in first.patient.genotypes}["CYP2C19"] == "Poor Metabolizer"
    assert "egfr" in first.patient.derived
    assert str(second) == "batch.csv:row 3: age_years is not a number"
    assert "perhaps it is in µmol/L" in third.patient.problems[0].reason


def test_a_table_with_an_unknown_column_is_refused() -> None:
    with pytest.raises(PatientError, match="column 2 of the header"):
        list(read_rows("age,shoe size\n40,44\n", "batch.csv", TODAY, knowledge()))


def test_a_table_of_one_patient_is_a_patient_file(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("age,sex,conditions\n40,F,gout\n")
    assert load([path], TODAY).conditions[0].source == "one.csv:row 2"
    path.write_text("age,sex,conditions\n40,F,gout\n50,M,asthma\n")
    with pytest.raises(PatientError, match="holds 2 patients"):
        load([path], TODAY)


REPORT = """EXAM: CT chest with contrast
Date: 2026-10-01
INDICATION: Rule out pulmonary embolism.
FINDINGS: No pulmonary embolism. There is pneumonia in the right lower lobe.
IMPRESSION: Right lower lobe pneumonia.
"""


def test_imaging_reports(tmp_path: Path) -> None:
    path = tmp_path / "ct.txt"
    path.write_text(REPORT)
    known = load([path], TODAY)
    (study,) = known.imaging
    assert (study.display, study.modality, study.body_part) == ("CT chest with contrast", "CT", "chest")
    assert study.report == "Right lower lobe pneumonia."
    statuses = {(fact.display, fact.status.value) for fact in known.conditions}
    assert ("pneumonia", "active") in statuses
    assert ("pulmonary embolism", "negated") in statuses
    assert ("pulmonary embolism", "active") not in statuses


def dicom(path: Path, **elements: str) -> Path:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, ExplicitVRLittleEndian
    meta.MediaStorageSOPInstanceUID = generate_uid()
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    for name, value in elements.items():
        setattr(data, name, value)
    data.save_as(path, enforce_file_format=True)
    return path


def test_dicom_metadata(tmp_path: Path) -> None:
    path = dicom(
        tmp_path / "image",
        Modality="CT",
        BodyPartExamined="CHEST",
        StudyDate="20261001",
        ContrastBolusAgent="iohexol",
        PatientBirthDate="19600501",
        PatientSex="F",
        PatientWeight="70",
        BurnedInAnnotation="YES",
    )
    known = load([path], TODAY)
    (study,) = known.imaging
    assert (study.display, study.modality, study.body_part) == ("computed tomography chest", "CT", "chest")
    assert (study.report, str(study.date)) == ("contrast: iohexol", "2026-10-01")
    assert (known.sex, known.age_years, known.weight_kg) == ("female", 66, 70)
    assert "burned into its pixels" in known.problems[0].reason


def test_what_a_dicom_measured_is_as_old_as_its_study(tmp_path: Path) -> None:
    sized = {"PatientAge": "045Y", "PatientWeight": "81.6", "PatientSize": "1.80", "PatientSex": "M"}
    old = load([dicom(tmp_path / "old.dcm", StudyDate="20030505", **sized)], TODAY)
    assert (old.age_years, old.weight_kg, old.height_cm, old.sex) == (68, None, 180, "male")
    assert any("weight is as old as the study" in problem.reason for problem in old.problems)
    new = load([dicom(tmp_path / "new.dcm", StudyDate="20260505", **sized)], TODAY)
    assert (new.age_years, new.weight_kg) == (45, 81.6)
    (tmp_path / "now.json").write_text(
        '{"age_years": 68, "observations": [{"display": "weight", "value": 70, "unit": "kg", "date": "2026-11-01"}]}'
    )
    both = load([tmp_path / "new.dcm", tmp_path / "now.json"], TODAY, one_person=True)
    assert both.weight_kg == 70


def test_a_dicom_that_breaks_its_format_does_not_speak_of_the_patient(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    path = dicom(tmp_path / "a.dcm", PatientName="Unmistakable^Jane", StudyDate="20260505")
    path.write_bytes(path.read_bytes().replace(b"20260505", b"2026.5.5"))
    load([path], TODAY)
    captured = capfd.readouterr()
    assert "2026.5.5" not in captured.out + captured.err + caplog.text


def test_a_dicom_of_someone_else_is_refused(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Patient: Jane Roe, DOB 1960-05-01. Takes warfarin 5 mg daily.")
    with pytest.raises(PatientError, match="two people: name"):
        load([note, dicom(tmp_path / "a.dcm", PatientName="Adams^Mary", PatientID="1")], TODAY)
    with pytest.raises(PatientError, match="two people: birth date"):
        load([note, dicom(tmp_path / "b.dcm", PatientName="Roe^Jane", PatientBirthDate="19610501")], TODAY)
    assert load([note, dicom(tmp_path / "c.dcm", PatientName="ROE^JANE^M", PatientBirthDate="19600501")], TODAY)
    hidden = {"PatientName": "X1^", "PatientID": "4711", "PatientIdentityRemoved": "YES"}
    assert load([note, dicom(tmp_path / "d.dcm", **hidden)], TODAY)


def test_pydicoms_own_files_parse_or_say_why() -> None:
    pydicom = pytest.importorskip("pydicom")
    # Its own list of them would first try to download more.
    paths = sorted(Path(pydicom.__file__).with_name("data").glob("test_files/**/*.dcm"))
    assert paths
    for path in paths:
        try:
            load([path], TODAY)
        except PatientError as error:
            assert "DICOM" in str(error)


def test_images_become_image_url_parts() -> None:
    part = image_content(b"\x89PNG\r\n\x1a\nxx", "a.png")
    assert part["image_url"]["url"].startswith("data:image/png;base64,")
    with pytest.raises(PatientError, match="neither a PNG nor a JPEG"):
        image_content(b"GIF89a", "a.gif")
