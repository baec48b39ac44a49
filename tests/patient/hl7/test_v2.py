"""HL7 v2 messages (v2.5.1 chapters 3, 4 and 7): what they say of a patient, and what is not one's record."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from medrag.errors import PatientError
from medrag.patient import load
from medrag.types import Patient
from tests.patient.records import TODAY

MSH = "MSH|^~\\&|A|B|C|D|20261101||{}|1|P|2.5"
PID = "PID|1||123^^^H^MR||DOE^JANE||19600501|F"


def read(tmp_path: Path, *segments: str, kind: str = "ADT^A01", ends: str = "\r") -> Patient:
    path = tmp_path / "message.hl7"
    path.write_bytes(ends.join((MSH.format(kind), PID, *segments)).encode())
    return load([path], TODAY)


def shown(facts: object) -> list[tuple[str, str]]:
    return [(fact.display, fact.status.value) for fact in facts or ()]  # type: ignore[attr-defined]


@pytest.mark.parametrize("ends", ["\r", "\n", "\r\n"])
def test_line_ends_and_the_envelope_of_a_connection(tmp_path: Path, ends: str) -> None:
    assert shown(read(tmp_path, "AL1|1|DA|^PENICILLIN|SV|HIVES", ends=ends).allergies) == [("PENICILLIN", "active")]
    path = tmp_path / "framed"
    path.write_bytes(
        b"\x0b" + "\r".join((MSH.format("ADT^A01"), PID, "DG1|1||I10^Hypertension^I10C")).encode() + b"\x1c\r"
    )
    assert shown(load([path], TODAY).conditions) == [("Hypertension", "active")]


def test_allergies_that_are_none_wrong_or_doubtful(tmp_path: Path) -> None:
    assert read(tmp_path, "AL1|1|DA|^NKDA").no_known_allergies is True
    known = read(
        tmp_path,
        "IAM|1|DA|^Codeine|MI|nausea~itching|A|||||||||||S",
        "IAM|2|DA|^Latex||||||||||||||E",
        "IAM|3|DA|^Aspirin|SV|wheeze|D",
        'AL1|4|DA|""',
    )
    assert shown(known.allergies) == [("Codeine", "uncertain"), ("Latex", "refuted")]
    assert known.allergies and known.allergies[0].reaction == "nausea, itching (mild)"


def test_diagnoses_by_their_type_and_action(tmp_path: Path) -> None:
    known = read(
        tmp_path,
        "DG1|1|I10|N18.4^Chronic kidney disease, stage 4^I10||20260101|F",
        "DG1|2|I10|J18.9^Pneumonia^I10|||W",
        "DG1|3|I10|I21.9^Myocardial infarction^I10|||F|||||||||||||||D",
        "DG1|4||^^|Gout|20250101|A",
    )
    assert shown(known.conditions) == [
        ("Chronic kidney disease, stage 4", "active"),
        ("Pneumonia", "uncertain"),
        ("Myocardial infarction", "refuted"),
        ("Gout", "active"),
    ]
    assert known.conditions and (known.conditions[0].code, known.conditions[0].system) == ("N18.4", "ICD-10")


def test_results_of_each_type(tmp_path: Path) -> None:
    known = read(
        tmp_path,
        "OBR|1|||24323-8^Panel^LN|||202610010730",
        "OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L^^UCUM|||||F",
        "OBX|2|SN|2276-4^Ferritin^LN||<^2|mmol/L|||||F",
        "OBX|3|SN|5000-1^Titre^LN||^1^:^128||||||F",
        "OBX|4|CE|6349-5^Chlamydia^LN||260385009^Negative^SCT||||||F",
        "OBX|5|ST|600-7^Culture^LN||No growth||||||P",
        "OBX|6|NM|2951-2^Sodium^LN|||mmol/L|||||I",
        "OBX|7|NM|2160-0^Creatinine^LN||9.9|mg/dL|||||W",
        kind="ORU^R01",
    )
    values = {fact.display: (fact.value, fact.status.value, f"{fact.date}"[:10]) for fact in known.observations or ()}
    assert values == {
        "Potassium": (4.1, "active", "2026-10-01"),
        "Ferritin": ("<2", "active", "2026-10-01"),
        "Titre": ("1:128", "active", "2026-10-01"),
        "Chlamydia": ("Negative", "active", "2026-10-01"),
        "Culture": ("No growth", "uncertain", "2026-10-01"),
        "Creatinine": (9.9, "refuted", "2026-10-01"),
    }


def test_reports_in_words(tmp_path: Path) -> None:
    lines = (
        "OBX|1|TX|18748-4^Report^LN||FINDINGS: opacity.||||||F",
        "OBX|2|TX|18748-4^Report^LN||IMPRESSION: pneumonia.",
    )
    imaging = read(tmp_path, "OBR|1|||71046^Chest X-ray|||20261001|||||||||||||||||RAD|F", *lines, kind="ORU^R01")
    assert imaging.imaging and imaging.imaging[0].report == "FINDINGS: opacity. IMPRESSION: pneumonia."
    note = ("TXA|1|DS|TX|20261001", "OBX|1|TX|1^Note||Allergies: penicillin (hives)", "OBX|2|TX|1^Note||PMH: gout")
    read_as_note = read(tmp_path, *note, kind="MDM^T02")
    assert shown(read_as_note.allergies) == [("penicillin", "active")]
    assert shown(read_as_note.conditions) == [("gout", "active")]


def test_orders_by_what_is_asked_of_them(tmp_path: Path) -> None:
    known = read(
        tmp_path,
        "ORC|NW|1",
        "RXO|^Amoxicillin 500 mg|1||capsule||^three times daily",
        "RXE|^BID^^20261001|^Amoxicillin 500 mg capsule|1||capsule",
        "RXR|PO^Oral",
        "ORC|CA|2",
        "RXE||^Ibuprofen 400 mg|1||tablet",
        "ORC|HD|3",
        "RXE||^Lithium|300||mg",
        "ORC|RE|4|||CM",
        "RXD|1|^Prednisone 5 mg|20260101|5|mg",
        "ORC|NW|5",
        "RXE|^^^20200101^20200201|^Doxycycline 100 mg|100||mg",
        kind="RDE^O11",
    )
    assert shown(known.medications) == [
        ("Amoxicillin 500 mg capsule", "active"),
        ("Ibuprofen 400 mg", "resolved"),
        ("Lithium", "uncertain"),
        ("Prednisone 5 mg", "resolved"),
        ("Doxycycline 100 mg", "resolved"),
    ]
    assert known.medications and known.medications[0].dosage == "1 capsule Oral BID"


def test_what_an_infusion_is_made_of_is_read_too(tmp_path: Path) -> None:
    known = read(
        tmp_path, "ORC|NW|1", "RXE||^Infusion|1||bag", "RXC|B|^Dextrose 5 %|1|L", "RXC|A|^Potassium chloride|20|mEq"
    )
    assert [fact.display for fact in known.medications or ()] == ["Infusion", "Dextrose 5 %", "Potassium chloride"]


def test_pregnant_by_the_visit(tmp_path: Path) -> None:
    assert read(tmp_path.joinpath(), "PV1|1|I|||||||||||||B6").pregnant is True
    assert read(tmp_path, "PV1|1|I|||||||||||||A0").pregnant is None


def test_vaccines_and_drugs_given(tmp_path: Path) -> None:
    known = read(tmp_path, "ORC|RE", "RXA|0|1|20261001|20261001|141^influenza^CVX|0.5|mL", kind="VXU^V04")
    assert shown(known.procedures) == [("influenza", "active")]
    given = read(tmp_path, "ORC|RE", "RXA|0|1|20261001||^Vancomycin|1|g||||||||||||||CP", kind="RAS^O17")
    assert shown(given.medications) == [("Vancomycin", "resolved")]


def test_separators_escapes_and_other_encodings(tmp_path: Path) -> None:
    pid = "PID*1**9:::H**DOE:J**19600501*F"
    text = f"MSH*:~\\&*A*B*C*D*20261101**ADT:A01*1*P*2.5\r{pid}\rDG1*1**:Crohn\\S\\s disease \\T\\ gout:X"
    path = tmp_path / "odd"
    path.write_bytes(text.encode())
    assert [fact.display for fact in load([path], TODAY).conditions or ()] == ["Crohn:s disease & gout"]
    path.write_bytes("\r".join((MSH.format("ADT^A01"), PID, "DG1|1||^Ménière")).encode("latin-1"))
    assert [fact.display for fact in load([path], TODAY).conditions or ()] == ["Ménière"]


def test_what_is_not_read_is_said(tmp_path: Path) -> None:
    known = read(tmp_path, "ZAL|1|secret allergy", "NTE|1||comment")
    assert [problem.reason for problem in known.problems] == [
        "HL7 v2 segments not read: ZAL (1)",
        "HL7 v2 comments (NTE) not read: 1",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MSH|^~\\&|A|B|C|D|2026||ACK^A01|1|P|2.5\rMSA|AA|1", r"HL7 v2 \(ACK\) without a patient"),
        ("PID|1||123", "a part of an HL7 v2 message, without its MSH"),
        (f"{MSH.format('ADT')}\r{PID}\r{MSH.format('ADT')}\rPID|1||999^^^H", "about several patients"),
        ("MSH|^~\\&|", "without a patient"),
    ],
)
def test_messages_that_are_no_record(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "message.hl7"
    path.write_bytes(text.encode())
    with pytest.raises(PatientError, match=said):
        load([path], TODAY)


def test_escapes_cannot_blow_up(tmp_path: Path) -> None:
    bomb = "\\.sp999999999\\" * 50
    assert read(tmp_path, f"DG1|1||^Gout{bomb}").conditions


def test_a_message_that_lost_its_line_ends_makes_no_facts(tmp_path: Path) -> None:
    path = tmp_path / "one.hl7"
    path.write_text(f"{MSH.format('ADT^A01')}{PID}AL1|1|DA|^PENICILLIN")
    with pytest.raises(PatientError, match="without a patient"):
        load([path], TODAY)


def lost(patient: Patient) -> set[str]:
    return {name for each in patient.problems for name in each.lost}


@pytest.mark.parametrize(
    ("named", "nameless", "kind", "expected"),
    [
        ("AL1|1|DA|^EGG", "AL1|2|DA||SV|SWELLING", "ADT^A01", "allergies"),
        ("IAM|1|DA|^EGG^L|SV|RASH|A", "IAM|2|DA||SV|RASH|A", "ADT^A60", "allergies"),
        ("DG1|1||M10^Gout^I10", "DG1|2|||||F", "ADT^A01", "conditions"),
        ("RXE||^Digoxin|0.125||mg", "RXE|||5||mg", "RDE^O11", "medications"),
        ("RXA|0|1|20261101||^Heparin|1|mL", "RXA|0|1|20261101|||5|mg", "RAS^O17", "medications"),
        ("OBX|1|NM|2823-3^Potassium^LN||4|mmol/L|||||F", "OBX|2|NM|||9.1|mmol/L|||||F", "ORU^R01", "observations"),
    ],
)
def test_a_segment_without_a_name_beside_a_named_one_is_lost_aloud(
    tmp_path: Path, named: str, nameless: str, kind: str, expected: str
) -> None:
    split = "ORC|NW|{}" if named.startswith("RX") else "NTE|{}"
    segments = [split.format(1), named, split.format(2), nameless]
    assert expected in lost(read(tmp_path, *segments, kind=kind))
    assert expected not in lost(read(tmp_path, *segments[:2], kind=kind))


def test_a_deleted_segment_without_a_name_loses_nothing(tmp_path: Path) -> None:
    assert not lost(read(tmp_path, "IAM|1|DA||SV|RASH|D", kind="ADT^A60"))


def test_a_document_in_a_message_is_read_or_named(tmp_path: Path) -> None:
    said = base64.b64encode(b"Medications: warfarin 5 mg daily").decode()
    held = read(tmp_path, f"OBX|1|ED|11488-4^Consult^LN||A^text^plain^Base64^{said}||||||F", kind="MDM^T02")
    assert shown(held.medications) == [("warfarin", "active")]
    image = read(tmp_path, f"OBX|1|ED|11488-4^Consult^LN||A^image^jpeg^Base64^{said}||||||F", kind="MDM^T02")
    assert any("is not text" in each.reason for each in image.problems)
    linked = read(tmp_path, "OBX|1|RP|11488-4^Consult^LN||\\\\host\\a.pdf^A^application^pdf||||||F", kind="MDM^T02")
    assert any("only linked to" in each.reason for each in linked.problems)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("1.1|mg/dL|||||C|||20261101", [(1.1, "active")]),
        ("1.1|mg/dL|||||F|||20261101", [(9.9, "active"), (1.1, "active")]),
        ("1.1|mg/dL|||||C|||20261102", [(9.9, "resolved"), (1.1, "active")]),
        ("9.9|mg/dL|||||D|||20261101", [(9.9, "refuted")]),
    ],
)
def test_a_correction_replaces_the_result_of_the_same_test_and_time(
    tmp_path: Path, second: str, expected: list[tuple[float, str]]
) -> None:
    test = "OBX|1|NM|2160-0^Creatinine^LN||"
    order = "OBR|1||F7|x^^L|||20261101"
    patient = read(tmp_path, order, f"{test}9.9|mg/dL|||||F|||20261101", f"{test}{second}", kind="ORU^R01")
    assert [(each.value, each.status.value) for each in patient.observations or ()] == expected


def test_a_correction_ends_only_what_was_sent_before_it(tmp_path: Path) -> None:
    def message(sent: str, value: str, status: str) -> str:
        test = f"OBX|1|NM|2160-0^Creatinine^LN||{value}|mg/dL|||||{status}|||20261101"
        return "\r".join((MSH.format("ORU^R01").replace("20261101", sent), PID, "OBR|1||F7|x^^L|||20261101", test))

    path = tmp_path / "two.hl7"
    path.write_text("\r".join((message("20261103", "1.1", "C"), message("20261102", "9.9", "F"))))
    assert [each.value for each in load([path], TODAY).observations or ()] == [1.1]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *((code, [(7.2, "active")]) for code in ("F", "C", "A", "B", "V", "U", "")),
        *((code, [(7.2, "uncertain")]) for code in ("P", "R", "S", "?")),
        *((code, [(7.2, "refuted")]) for code in ("D", "W")),
        ("X", [(None, "refuted")]),
        *((code, []) for code in ("N", "I", "O")),
    ],
)
def test_each_state_of_a_result(tmp_path: Path, code: str, expected: list[tuple[float | None, str]]) -> None:
    test = f"OBX|1|NM|2823-3^Potassium^LN||7.2|mmol/L|||||{code}|||20261101"
    known = read(tmp_path, "OBR|1||F7|x^^L|||20261101", test, kind="ORU^R01")
    assert [(each.value, each.status.value) for each in known.observations or ()] == expected
    assert any("could not be obtained" in each.reason for each in known.problems) == (code == "X")


def test_a_preliminary_result_becomes_final_without_being_sent_again(tmp_path: Path) -> None:
    order = "OBR|1||F7|x^^L|||20261101"
    tests = [f"OBX|1|NM|2823-3^Potassium^LN||{said}|||20261101" for said in ("7.2|mmol/L|||||P", "|mmol/L|||||U")]
    known = read(tmp_path, order, *tests, kind="ORU^R01")
    assert [(each.value, each.status.value) for each in known.observations or ()] == [(7.2, "active")]


def test_a_decimal_comma_is_read_and_a_number_that_is_none_keeps_its_words(tmp_path: Path) -> None:
    tests = [f"OBX|{n}|NM|2823-3^Potassium^LN||{said}|mmol/L|||||F" for n, said in enumerate(("5,2", "1,234"), start=1)]
    known = read(tmp_path, "OBR|1||F7|x^^L|||20261101", *tests, kind="ORU^R01")
    assert [each.value for each in known.observations or ()] == [5.2, "1,234 mmol/L"]
