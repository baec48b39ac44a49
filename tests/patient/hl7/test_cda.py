"""C-CDA: documents, sections and single entries, however they are cut; statuses; what says that there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from medrag.errors import PatientError
from medrag.patient import load
from medrag.types import Patient
from tests.patient.records import TODAY

C = "2.16.840.1.113883.10.20.22.4."
SNOMED = 'codeSystem="2.16.840.1.113883.6.96"'
DOCUMENT = """<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<recordTarget><patientRole><id root="1.2" extension="7"/><patient><name><given>A</given><family>B</family></name>
<administrativeGenderCode code="F"/><birthTime value="19900101"/></patient></patientRole></recordTarget>
<component>{}</component></ClinicalDocument>"""


def read(tmp_path: Path, *sections: str, whole: bool = True) -> Patient:
    path = tmp_path / "document.xml"
    inner = "".join(f"<component>{each}</component>" for each in sections)
    path.write_text(DOCUMENT.format(f"<structuredBody>{inner}</structuredBody>") if whole else inner)
    return load([path], TODAY)


def section(code: str, *entries: str, text: str = "see entries", flags: str = "") -> str:
    inner = "".join(f"<entry>{each}</entry>" for each in entries)
    return (
        f'<section {flags}><code code="{code}" codeSystem="2.16.840.1.113883.6.1"/><text>{text}</text>{inner}</section>'
    )


def concern(observation: str, status: str = "active") -> str:
    return (
        f'<act classCode="ACT" moodCode="EVN"><templateId root="{C}30"/><statusCode code="{status}"/>'
        f"<entryRelationship>{observation}</entryRelationship></act>"
    )


def allergy(substance: str, *, kind: str = "416098002", negated: bool = False, time: str = "", inner: str = "") -> str:
    flag = ' negationInd="true"' if negated else ""
    return (
        f'<observation classCode="OBS" moodCode="EVN"{flag}><templateId root="{C}7"/><statusCode code="completed"/>'
        f'<effectiveTime>{time}</effectiveTime><value xsi:type="CD" code="{kind}" {SNOMED}/>'
        f'<participant typeCode="CSM"><participantRole><playingEntity>{substance}</playingEntity></participantRole>'
        f"</participant>{inner}</observation>"
    )


def problem(name: str, *, code: str = "1", negated: bool = False, time: str = "", inner: str = "") -> str:
    flag = ' negationInd="true"' if negated else ""
    return (
        f'<observation classCode="OBS" moodCode="EVN"{flag}><templateId root="{C}4"/><statusCode code="completed"/>'
        f'<effectiveTime>{time}</effectiveTime><value xsi:type="CD" code="{code}" {SNOMED} displayName="{name}"/>'
        f"{inner}</observation>"
    )


def drug(
    material: str, *, status: str = "active", mood: str = "EVN", times: str = "", inner: str = "", flags: str = ""
) -> str:
    return (
        f'<substanceAdministration classCode="SBADM" moodCode="{mood}" {flags}><templateId root="{C}16"/>'
        f'<statusCode code="{status}"/>{times}<consumable><manufacturedProduct><manufacturedMaterial>{material}'
        f"</manufacturedMaterial></manufacturedProduct></consumable>{inner}</substanceAdministration>"
    )


def coded(name: str) -> str:
    return f'<code code="1" codeSystem="2.16.840.1.113883.6.88" displayName="{name}"/>'


def shown(facts: object) -> list[tuple[str, str]]:
    return [(fact.display, fact.status.value) for fact in facts or ()]  # type: ignore[attr-defined]


NO_CODE = '<code nullFlavor="NA"/>'
STATUS = (
    f'<entryRelationship><observation><templateId root="{C}6"/><code code="33999-4"/>'
    f'<value xsi:type="CD" code="{{}}" {SNOMED}/></observation></entryRelationship>'
)


def test_allergies_however_they_stand(tmp_path: Path) -> None:
    over = "<low value='2001'/><high value='2005'/>"
    known = read(
        tmp_path,
        section(
            "48765-2",
            concern(allergy(coded("Codeine"))),
            concern(allergy(coded("Egg"), time=over)),
            concern(allergy(coded("Peanut"), kind="414285001", negated=True)),
            concern(allergy(coded("Latex")), "completed"),
            allergy("<code nullFlavor='UNK'/><name>Trial drug</name>"),
        ),
    )
    assert shown(known.allergies) == [
        ("Codeine", "active"),
        ("Egg", "resolved"),
        ("Peanut", "refuted"),
        ("Latex", "uncertain"),
        ("Trial drug", "active"),
    ]
    assert known.no_known_allergies is False


def test_no_known_allergies_of_all_or_of_one_kind(tmp_path: Path) -> None:
    for kind, none in (("419199007", True), ("416098002", True), ("414285001", None)):
        known = read(tmp_path, section("48765-2", concern(allergy(NO_CODE, kind=kind, negated=True))))
        assert (known.no_known_allergies, known.age_years) == (none, 36), kind
    unknown = read(tmp_path, section("48765-2", text="No information", flags='nullFlavor="NI"'))
    assert (unknown.allergies, unknown.no_known_allergies, unknown.problems) == (None, None, ())


def test_problems_by_their_own_status_their_end_and_their_concern(tmp_path: Path) -> None:
    known = read(
        tmp_path,
        section(
            "11450-4",
            concern(problem("Asthma", time="<low value='20200101'/>")),
            concern(problem("Pharyngitis", time="<low value='20140402'/><high value='20140405'/>")),
            concern(problem("Gout", inner=STATUS.format("413322009"))),
            concern(problem("Eczema"), "completed"),
            concern(problem("Diabetes mellitus", negated=True)),
        ),
    )
    assert shown(known.conditions) == [
        ("Asthma", "active"),
        ("Pharyngitis", "resolved"),
        ("Gout", "resolved"),
        ("Eczema", "resolved"),
        ("Diabetes mellitus", "refuted"),
    ]


def test_no_problems_and_no_medications_are_recorded_as_none(tmp_path: Path) -> None:
    any_drug = (
        f'<code nullFlavor="OTH"><translation code="410942007" {SNOMED} displayName="drug or medication"/></code>'
    )
    known = read(
        tmp_path,
        section("11450-4", concern(problem("Problem", code="55607006", negated=True))),
        section("10160-0", drug(any_drug, flags='negationInd="true"')),
    )
    assert (known.conditions, known.medications) == ((), ())
    assert not any(line.startswith(("conditions", "medications")) for line in known.missing)


def test_medications_by_status_mood_and_time(tmp_path: Path) -> None:
    past = '<effectiveTime xsi:type="IVL_TS"><low value="20250101"/><high value="20250201"/></effectiveTime>'
    open_end = '<effectiveTime xsi:type="IVL_TS"><low value="20250101"/></effectiveTime>'
    future = '<effectiveTime xsi:type="IVL_TS"><low value="20250101"/><high value="20300101"/></effectiveTime>'
    known = read(
        tmp_path,
        section(
            "10160-0",
            drug(coded("Lisinopril"), times=open_end),
            drug(coded("Amoxicillin"), times=past),
            drug(coded("Warfarin"), status="aborted"),
            drug(coded("Metformin"), status="completed", times=open_end),
            drug(coded("Apixaban"), status="completed", times=future),
            drug(coded("Ibuprofen"), mood="RQO"),
            drug(coded("Aspirin"), flags='negationInd="true"'),
            drug("<code nullFlavor='OTH'><originalText>Home remedy</originalText></code>"),
        ),
    )
    assert shown(known.medications) == [
        ("Lisinopril", "active"),
        ("Amoxicillin", "resolved"),
        ("Warfarin", "resolved"),
        ("Metformin", "uncertain"),
        ("Apixaban", "active"),
        ("Ibuprofen", "planned"),
        ("Aspirin", "negated"),
        ("Home remedy", "active"),
    ]


def test_doses_routes_and_how_often(tmp_path: Path) -> None:
    times = '<effectiveTime xsi:type="PIVL_TS"><period value="6" unit="h"/></effectiveTime>'
    dose = '<routeCode displayName="ORAL"/><doseQuantity value="1"/><administrationUnitCode displayName="tablet"/>'
    known = read(tmp_path, section("10160-0", drug(coded("Ibuprofen"), times=times + dose, inner="<precondition/>")))
    assert known.medications and known.medications[0].dosage == "1 tablet ORAL 1 time(s) every 6.0 h as needed"


def test_results_of_each_type(tmp_path: Path) -> None:
    def result(name: str, value: str, status: str = "completed") -> str:
        return (
            f'<component><observation classCode="OBS" moodCode="EVN"><templateId root="{C}2"/>'
            f'<code code="2-2" codeSystem="2.16.840.1.113883.6.1" displayName="{name}"/><statusCode code="{status}"/>'
            f"{value}</observation></component>"
        )

    cells = "<originalText>cells</originalText>"
    organizer = (
        f'<organizer classCode="BATTERY" moodCode="EVN"><templateId root="{C}1"/><effectiveTime value="20261001"/>'
        + result("Sodium", '<value xsi:type="PQ" value="140" unit="mmol/L"/>')
        + result("Troponin", '<value xsi:type="IVL_PQ"><high value="0.01" unit="ng/mL" inclusive="false"/></value>')
        + result("Culture", '<value xsi:type="ST">No growth</value>', "active")
        + result("Hepatitis", f'<value xsi:type="CD" code="260385009" {SNOMED} displayName="Negative"/>')
        + result(
            "Count",
            f'<value xsi:type="PQ" nullFlavor="OTH"><translation value="7">{cells}</translation></value>',
        )
        + result("Nothing", '<value xsi:type="PQ" nullFlavor="UNK"/>')
        + "</organizer>"
    )
    known = read(tmp_path, section("30954-2", organizer))
    assert [(f.display, f.value, f.unit, f.status.value, str(f.date)) for f in known.observations or ()] == [
        ("Sodium", 140, "mmol/L", "active", "2026-10-01"),
        ("Troponin", "<0.01", "ng/mL", "active", "2026-10-01"),
        ("Culture", "No growth", None, "uncertain", "2026-10-01"),
        ("Hepatitis", "Negative", None, "active", "2026-10-01"),
        ("Count", 7, "cells", "active", "2026-10-01"),
    ]


def test_pregnancy_with_its_expected_end(tmp_path: Path) -> None:
    due = (
        '<entryRelationship><observation><templateId root="2.16.840.1.113883.10.20.15.3.1"/>'
        '<code code="11778-8" codeSystem="2.16.840.1.113883.6.1" displayName="Delivery date Estimated"/>'
        '<value xsi:type="TS" value="20270401"/></observation></entryRelationship>'
    )
    entry = (
        '<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.15.3.8"/>'
        f'<effectiveTime><low value="20260801"/>{{}}</effectiveTime><value xsi:type="CD" code="77386006" {SNOMED} '
        f'displayName="Pregnant"/>{due}</observation>'
    )
    known = read(tmp_path, section("29762-2", entry.format("")))
    assert known.pregnant is True
    assert ("Delivery date Estimated", "2027-04-01") in [(f.display, f.value) for f in known.observations or ()]
    assert read(tmp_path, section("29762-2", entry.format('<high value="20261101"/>'))).pregnant is not True


def test_parts_of_a_document(tmp_path: Path) -> None:
    """Sections and entries stand alone, without namespaces, behind comments, and not always well-formed."""
    path = tmp_path / "part.xml"
    entry, whole = concern(allergy(coded("Codeine"))), section("48765-2", concern(allergy(coded("Codeine"))))
    for text in (
        entry,
        whole,
        f"<!-- a -->\n<!-- b -->{whole}",
        f"<component>{whole}</component>{whole}",
        allergy(coded("Codeine")),
    ):
        path.write_text(text)
        assert shown(load([path], TODAY).allergies) == [("Codeine", "active")], text[:40]
    path.write_text(f"<!-- note -->\n<component>{whole}\n")
    cut = load([path], TODAY)
    assert shown(cut.allergies) == [("Codeine", "active")]
    assert "not well-formed" in cut.problems[0].reason
    path.write_text(DOCUMENT.format(whole)[:-30])
    with pytest.raises(PatientError, match=r"not well-formed XML \(line \d+\)"):
        load([path], TODAY)


def test_a_document_that_is_no_xml_within_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "words.xml"
    path.write_text(
        DOCUMENT.format('<nonXMLBody><text mediaType="text/plain">PMH: gout. Allergies: codeine</text></nonXMLBody>')
    )
    known = load([path], TODAY)
    assert (shown(known.conditions), shown(known.allergies)) == ([("gout", "active")], [("codeine", "active")])
    path.write_text(
        DOCUMENT.format('<nonXMLBody><text mediaType="image/jpeg" representation="B64">JVBERi0=</text></nonXMLBody>')
    )
    assert "not text and was not read" in load([path], TODAY).problems[0].reason


def test_sections_of_words_alone_are_notes(tmp_path: Path) -> None:
    words = "<list><item>Penicillin: rash</item><item>Codeine</item></list>"
    known = read(tmp_path, section("48765-2", text=words), section("10160-0", drug(coded("Aspirin"))))
    assert shown(known.allergies) == [("Penicillin", "active"), ("Codeine", "active")]


def test_sections_with_entries_of_other_kinds_are_named(tmp_path: Path) -> None:
    goal = f'<observation classCode="OBS" moodCode="GOL"><templateId root="{C}121"/></observation>'
    known = read(tmp_path, section("61146-7", goal, text="Lose weight"))
    assert [problem.reason for problem in known.problems] == ["sections with entries that were not read: goals"]


def test_several_patients_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.xml"
    role = "<recordTarget><patientRole><patient/></patientRole></recordTarget>"
    path.write_text(f'<ClinicalDocument xmlns="urn:hl7-org:v3">{role}{role}</ClinicalDocument>')
    with pytest.raises(PatientError, match="about 2 patients"):
        load([path], TODAY)


def reasons_losing(patient: Patient, name: str) -> list[str]:
    return [each.reason for each in patient.problems if name in each.lost]


@pytest.mark.parametrize(
    ("code", "named", "nameless", "lost"),
    [
        ("48765-2", "allergy:<code code='1' displayName='Egg'/>", "allergy:<code nullFlavor='UNK'/>", "allergies"),
        ("10160-0", "drug:<code code='3407' displayName='Digoxin'/>", "drug:<code nullFlavor='OTH'/>", "medications"),
        ("11450-4", "problem:code='1' displayName='Gout'", "problem:nullFlavor='UNK'", "conditions"),
    ],
)
def test_an_entry_without_a_name_beside_a_named_one_is_lost_aloud(
    tmp_path: Path, code: str, named: str, nameless: str, lost: str
) -> None:
    patient = read(tmp_path, section(code, entry_of(named), entry_of(nameless)))
    assert len(getattr(patient, lost)) == 1
    assert reasons_losing(patient, lost)
    assert not reasons_losing(read(tmp_path, section(code, entry_of(named))), lost)


def entry_of(said: str) -> str:
    kind, _, inner = said.partition(":")
    if kind == "allergy":
        return concern(allergy(inner))
    if kind == "problem":
        value = f'<value xsi:type="CD" {inner}/>'
        return concern(f'<observation classCode="OBS" moodCode="EVN"><templateId root="{C}4"/>{value}</observation>')
    return (
        f'<substanceAdministration classCode="SBADM" moodCode="EVN"><templateId root="{C}16"/>'
        f"<statusCode code='active'/><consumable><manufacturedProduct><manufacturedMaterial>{inner}"
        "</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
    )


def test_a_value_that_cannot_be_read_is_lost_and_one_not_given_is_not(tmp_path: Path) -> None:
    def result(value: str) -> str:
        return (
            f'<observation classCode="OBS" moodCode="EVN"><templateId root="{C}2"/><code code="2823-3" '
            f'codeSystem="2.16.840.1.113883.6.1" displayName="Potassium"/><statusCode code="completed"/>'
            f'<effectiveTime value="20261101"/>{value}</observation>'
        )

    unreadable = result('<value xsi:type="PQ" value="four" unit="mmol/L"/>')
    assert reasons_losing(read(tmp_path, section("30954-2", unreadable)), "observations")
    pending = result('<value xsi:type="PQ" nullFlavor="NA"/>')
    assert not reasons_losing(read(tmp_path, section("30954-2", pending)), "observations")


def test_entries_of_unknown_templates_beside_known_ones_are_lost_by_their_section(tmp_path: Path) -> None:
    other = entry_of("drug:<code code='1' displayName='X'/>").replace(f"{C}16", "9.9.9")
    both = section("10160-0", entry_of("drug:<code code='3407' displayName='Digoxin'/>"), other)
    patient = read(tmp_path, both)
    assert reasons_losing(patient, "medications") == ["sections with entries that were not read: medications"]
    assert [each.display for each in patient.medications or ()] == ["Digoxin"]


@pytest.mark.parametrize(
    ("words", "lost"),
    [
        ("<list><item>Lanoxin 125 mcg</item><item>Stop smoking</item></list>", False),
        ("<list><item>Digoxin</item><item>Warfarin 5 mg daily</item></list>", True),
    ],
)
def test_a_drug_that_only_the_words_of_a_section_name_is_lost_aloud(tmp_path: Path, words: str, lost: bool) -> None:
    digoxin = entry_of("drug:<code code='3407' displayName='Digoxin'/>")
    patient = read(tmp_path, section("10160-0", digoxin, text=words))
    assert [each.display for each in patient.medications or ()] == ["Digoxin"]
    assert bool(reasons_losing(patient, "medications")) is lost


def test_an_entry_about_a_relative_is_left_out_and_told(tmp_path: Path) -> None:
    relative = (
        '<subject><relatedSubject classCode="PRS"><code code="FTH" codeSystem="2.16.840.1.113883.5.111"/>'
        "</relatedSubject></subject>"
    )
    own = section("11450-4", concern(allergy(coded("Codeine"))))
    known = read(tmp_path, own.replace("<entry>", f"{relative}<entry>", 1))
    assert not known.allergies
    assert any("another patient" in problem.reason for problem in known.problems)
