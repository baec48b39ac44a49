"""Names in tables, in Chinese, in letters and in their short forms: of one person, or of two."""

from __future__ import annotations

import base64
import json
from datetime import date
from pathlib import Path

import pytest
from docx import Document

from medrag.errors import PatientError
from medrag.patient import load
from medrag.types import Patient

TODAY = date(2026, 11, 30)


def person(name: str, born: str | None = None, sex: str | None = None, number: str | None = None) -> dict[str, object]:
    family, _, given = name.partition(", ")
    said: dict[str, object] = {"resourceType": "Patient", "id": "p"}
    said["name"] = [{"family": family, "given": given.split()} if given else {"text": name}]
    said |= {key: value for key, value in (("birthDate", born), ("gender", sex)) if value}
    return said | ({"identifier": [{"type": {"coding": [{"code": "MR"}]}, "value": number}]} if number else {})


ADA = person("Okoro, Ada", "1971-04-09", "female")
NO_BIRTH = person("Okoro, Ada")


def both(folder: Path, record: dict[str, object], note: str) -> Patient:
    (folder / "record.json").write_text(json.dumps(record))
    (folder / "note.txt").write_text(note)
    return load([folder / "record.json", folder / "note.txt"], TODAY)


@pytest.mark.parametrize(
    ("record", "note"),
    [
        (ADA, "| Name | Piotr Lang |\n| Diagnosis | gout |"),
        (NO_BIRTH, "Patient name;Piotr Lang\nDiagnosis;gout"),
        (NO_BIRTH, "Name\tPiotr Lang\nAllergies\tpenicillin"),
        (NO_BIRTH, "Name\tMRN\tWard\nPiotr Lang\t4711\t5B\n\nGout."),
        (ADA, "| Patient | Date of birth |\n|---|---|\n| Ada Okoro | 12/10/1980 |"),
        (NO_BIRTH, "| Surname | Lang | First name | Piotr |\nGout."),
        (person("王芳"), "姓名：赵磊\n诊断：痛风。"),
        (person("王芳"), "患者刘某，男，58岁，痛风。"),
        (person("王芳"), "欧阳明，男，58岁，痛风。"),
        (person("王芳", "1971-04-09"), "身份证号：110101196504090015。痛风。"),
        (NO_BIRTH, "姓名 | 赵磊 | 性别 | 男\n诊断：痛风。"),
        (NO_BIRTH, "Dear Mrs Brandt,\nYour kidney function has fallen, so please stop your ibuprofen."),
        (person("Okoro, Robert", "1971-04-09"), "Patient: Jim Okoro\nGout."),
        (ADA, "Patient: Ada Lang\nDOB: 10 April 1971\nGout."),
        (ADA, "Patient: Mary Okoro\nDOB: 9 April 1971\nGout."),
        (person("Khan, Yusuf", "1971-04-09"), "Patient: Khalid Khan\nDOB: 9 April 1971\nGout."),
        (person("Okoro, Ada", number="4711"), "Patient: Piotr Lang\nMRN: 4711\nGout."),
        (person("Okoro, Ada", "1971-04-09", number="4711"), "Patient: Ada Lang\nMRN: 4712\nDOB: 9 April 1971\nGout."),
        (NO_BIRTH, "Patient: Lang P.\nGout."),
        (NO_BIRTH, "**Patient:** Piotr Lang\n**Medications:** warfarin"),
        (NO_BIRTH, "Bed 7: Peter Lang\nGout."),
        (NO_BIRTH, "Pt name: piotr lang\nGout."),
        (NO_BIRTH, "Client: Piotr Lang\nGout."),
        (NO_BIRTH, "Discharge summary for Peter Lang\nGout."),
        (NO_BIRTH, "Thank you for referring Mrs Lang with gout."),
        (ADA, "Year of birth: 1985\nGout."),
        (person("Lang, Piotr", "1961-01-02", "male"), "Clinic letter 3 March 2016: 25-year-old man with gout."),
    ],
)
def test_two_people(tmp_path: Path, record: dict[str, object], note: str) -> None:
    with pytest.raises(PatientError) as caught:
        both(tmp_path, record, note)
    assert caught.value.code == "two_people"


@pytest.mark.parametrize(
    ("record", "note"),
    [
        (ADA, "| Name | Dosage Form | Start Date |\n| Warfarin | Tablet | 2020 |"),
        (ADA, "Name; Dose\nAspirin Cardio; 100 mg"),
        (ADA, "| Patient | Sex |\n| Ada Okoro | F |\n\nGout."),
        (person("趙磊", "1968-02-03", "male"), "姓名：赵磊  性别：男  年龄：58岁\n诊断：痛风。"),
        (person("赵磊", "1968-02-03", "male"), "患者赵某，男，58岁，痛风。"),
        (person("Zhao, Lei", number="4711"), "姓名：赵磊\n病历号：4711\n诊断：痛风。"),
        (person("Zhao, Lei", "1968-02-03"), "姓名：赵磊 出生日期：1968年2月3日\n诊断：痛风。"),
        (person("王芳"), "患者高热，咳嗽。患者黄疸，安静。患者有痛风。"),
        (NO_BIRTH, "Dear Mr Brandt,\nThank you for referring this lady with gout. She takes allopurinol."),
        (NO_BIRTH, "Dear Mrs Brandt,\nYour daughter was seen with gout."),
        (NO_BIRTH, "Bed 7: stable overnight\nDischarge summary for Gout\nSubject: Warfarin Dosing"),
        (NO_BIRTH, "**Patient:** Ada Okoro\nYear of birth: 1971\nReviewed Ms Okoro today."),
        (NO_BIRTH, "Dear Dr Brandt,\nYour letter about gout reached us."),
        (NO_BIRTH, "Dear Ms Okoro,\nPlease stop your ibuprofen."),
        (person("Lang, William"), "Patient: Bill Lang\nGout."),
        (person("Orlov, Dmitry", "1971-04-09"), "Patient: Dmitri Orlov\nDOB: 9 April 1971\nGout."),
        (person("Khan, Yusuf", "1971-04-09"), "Patient: Youssef Khan\nDOB: 9 April 1971\nGout."),
        (person("Lang, Stephen", "1971-04-09"), "Patient: Steven Lang\nDOB: 9 April 1971\nGout."),
        (person("Lang, Elizabeth"), "Patient: Liz Lang\nGout."),
        (person("Lang, Margaret"), "Name: Peggy Lang\nGout."),
        (ADA, "Patient: Ada Lang\nDOB: 9 April 1971\nGout."),
        (ADA, "Patient: Ada Okoro-Lang\nGout."),
        (ADA, "Patient: OKORO Ada\nGout."),
        (ADA, "Patient: Okoro A.\nGout."),
        (person("Ødegård, Åse"), "Patient: Aase Oedegaard\nGout."),
        (person("Łuczak, Żaneta"), "Patient: Zaneta Luczak\nGout."),
        (person("Lang, Piotr", "1961-01-02", "male"), "Clinic letter 3 March 2016: 55-year-old man with gout."),
        (person("Lang, Piotr", "1961-01-02", "male"), "Seen in March 2016. A 55 yo man with gout."),
    ],
)
def test_one_person(tmp_path: Path, record: dict[str, object], note: str) -> None:
    assert both(tmp_path, record, note)


def test_another_family_name_is_told(tmp_path: Path) -> None:
    read = both(tmp_path, ADA, "Patient: Ada Lang\nDOB: 9 April 1971\nGout.")
    assert any("another name" in problem.reason for problem in read.problems)


@pytest.mark.parametrize(
    "rows", [[["Name", "Piotr Lang"], ["MRN", "4711"]], [["Name", "Ward", "Bed"], ["Piotr Lang", "5B", "2"]]]
)
def test_a_word_documents_table_is_compared(tmp_path: Path, rows: list[list[str]]) -> None:
    document = Document()
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    document.save(str(tmp_path / "note.docx"))
    (tmp_path / "record.json").write_text(json.dumps(NO_BIRTH))
    with pytest.raises(PatientError):
        load([tmp_path / "record.json", tmp_path / "note.docx"], TODAY)


def test_an_attached_page_about_another_is_left_out(tmp_path: Path) -> None:
    page = "<table><tr><td>Name</td><td>Piotr Lang</td></tr></table><p>Takes warfarin 5 mg daily.</p>"
    held = {"contentType": "text/html", "data": base64.b64encode(page.encode()).decode()}
    document = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": held}]}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": NO_BIRTH}, {"resource": document}]}
    (tmp_path / "record.json").write_text(json.dumps(bundle))
    read = load([tmp_path / "record.json"], TODAY)
    assert not read.medications
    assert any("another person" in problem.reason for problem in read.problems)


def test_a_prefetch_of_another_patient_than_the_contexts_is_refused(tmp_path: Path) -> None:
    for wanted, refused in (("q", True), ("p", False), ("Patient/p", False)):
        request = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": wanted}}
        (tmp_path / "request.json").write_text(json.dumps({**request, "prefetch": {"patient": ADA}}))
        if refused:
            with pytest.raises(PatientError) as caught:
                load([tmp_path / "request.json"], TODAY)
            assert caught.value.code == "two_people"
        else:
            assert load([tmp_path / "request.json"], TODAY).birth_date


def test_a_birth_date_behind_the_sex_is_not_the_notes_date(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("LANG Piotr, M, 02.01.1950\nTakes warfarin.")
    (drug,) = load([tmp_path / "note.txt"], TODAY).medications or ()
    assert drug.current
