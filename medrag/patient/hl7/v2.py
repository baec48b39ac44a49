"""HL7 version 2 (ADT, ORU, RDE and their kin) as FHIR R4: PID, PV1, AL1, IAM, DG1, PRB, PR1, OBX, RXE, RXO, RXD, RXA.

Follows HL7's v2-to-FHIR mapping (https://build.fhir.org/ig/HL7/v2-to-fhir/). A segment that may hold clinical facts and
is not read is reported; one that names nothing stays, nameless, so that the reader of FHIR reports it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from medrag.errors import PatientError
from medrag.patient.fhir.values import Json
from medrag.patient.hl7.resources import PREGNANCY_STATUS, bundle, gender, moment, present, status
from medrag.patient.hl7.v2_corrections import standing
from medrag.patient.hl7.v2_orders import orders
from medrag.patient.hl7.v2_results import results
from medrag.patient.hl7.v2_segments import Segment, messages
from medrag.types import Problem

_ADMINISTRATIVE = {
    *("MSH", "MSA", "SFT", "UAC", "EVN", "PD1", "NK1", "PV1", "PV2", "DB1", "GT1", "IN1", "IN2", "IN3", "ACC", "MRG"),
    *("ROL", "ORC", "OBR", "TQ1", "TQ2", "SPM", "SAC", "CTD", "CTI", "FT1", "UB1", "UB2", "DSC", "ERR", "RF1", "PRD"),
    *("SCH", "RGS", "AIS", "AIG", "AIL", "AIP", "TXA", "BLG", "PDA", "ARV", "PRT", "QRD", "QRF", "QPD", "QAK", "DRG"),
}
_READ = {"PID", "AL1", "IAM", "DG1", "PRB", "PR1", "OBX", "RXE", "RXO", "RXD", "RXA", "RXR", "RXC"}
_SEVERITY = {"SV": "severe", "MO": "moderate", "MI": "mild"}
_CRITICALITY = {"SV": "high", "MO": "low", "MI": "low"}
# HL7 table 0438, and the allergies it calls doubtful or wrong.
_ALLERGY = {
    "U": ("active", "unconfirmed"),
    "P": ("active", "unconfirmed"),
    "S": ("active", "unconfirmed"),
    "C": ("active", "confirmed"),
    "I": ("inactive", "confirmed"),
    "D": ("active", "unconfirmed"),
    "E": (None, "entered-in-error"),
}
_WORKING = {"W": "provisional"}
_DELETED = {"D"}
_PROBLEM_OVER = ("RESOLVED", "INACTIVE", "COMPLETE")
_PREGNANT = "B6"


def read_v2(text: str, origin: str) -> tuple[Json, list[Problem]]:
    """The patient of a file of HL7 v2 messages as a FHIR R4 Bundle, and what was not read.

    Raises ``PatientError`` where a message does not parse, none is about a patient, or they are about several.
    """
    whole = list(messages(text, origin))
    people = [_patient(segment) for said in whole for segment in said if segment.name == "PID"]
    if not people:
        kinds = " and ".join(sorted({_kind(said) for said in whole}))
        raise PatientError(f"{origin}: is HL7 v2 ({kinds}) without a patient (PID segment)")
    if not all(_same(people[0], each) for each in people):
        raise PatientError(f"{origin}: holds HL7 v2 messages about several patients; give those of one")
    found = [resource for said in whole for resource in _facts(said)]
    measured = standing(each for said in whole for each in results(said, _sent(said)))
    return bundle(people[-1], [*found, *measured]), list(_unread(whole, origin))


def _sent(message: Sequence[Segment]) -> str | None:
    return moment(message[0].component(7)) if message[0].name == "MSH" else None


def _kind(message: Sequence[Segment]) -> str:
    """The message's type, where it is one of HL7's."""
    said = message[0].component(9) if message[0].name == "MSH" else None
    return said if said and said.isalnum() and len(said) == 3 else "of no known type"


def _patient(pid: Segment) -> Json:
    numbers = pid.repetitions(3) or pid.repetitions(2)
    names = [each[0].split("&")[0] for each in pid.repetitions(5)[:1] if each]
    given = [each[1:3] for each in pid.repetitions(5)[:1]]
    return present(
        {
            "identifier": [_number(each) for each in numbers if each[0]],
            "name": [present({"family": names[0], "given": [g for g in given[0] if g]})] if names else None,
            "birthDate": (moment(pid.component(7)) or "")[:10],
            "gender": gender(pid.component(8)),
            "deceasedDateTime": moment(pid.component(29)),
            "deceasedBoolean": True if pid.component(30) == "Y" and not moment(pid.component(29)) else None,
        }
    )


def _number(said: list[str]) -> Json:
    """A CX: the number, who gave it, and of which kind it is (MR, SS...)."""
    value, giver, kind = said[0], (said[3] if len(said) > 3 else "").split("&")[0], said[4] if len(said) > 4 else ""
    system = f"urn:hl7:authority:{giver}" if giver else None
    return present({"value": value, "system": system, "type": status(kind) if kind else None})


def _same(one: Json, other: Json) -> bool:
    """Whether two messages are about one patient: by a number, else by name and birth date."""
    numbers = [{each["value"] for each in person.get("identifier", ())} for person in (one, other)]
    if numbers[0] & numbers[1]:
        return True
    named = [(person.get("name"), person.get("birthDate")) for person in (one, other)]
    return named[0] == named[1] and not all(numbers)


def _facts(message: Sequence[Segment]) -> Iterator[Json]:
    sent = _sent(message)
    read = {"AL1": _al1, "IAM": _iam, "DG1": _dg1, "PRB": _prb, "PR1": _pr1, "PV1": _pv1}
    for segment in message:
        if segment.name in read and (made := read[segment.name](segment)):
            yield {"effectiveDateTime": sent, **made} if segment.name == "PV1" and sent else made
    yield from orders(message)


def _al1(al1: Segment) -> Json:
    severity = (al1.component(4) or "").upper()
    return present(
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": status("active"),
            "code": al1.concept(3),
            "criticality": _CRITICALITY.get(severity),
            "reaction": _reaction(al1.words(5), severity),
            "recordedDate": moment(al1.component(6)),
        }
    )


def _iam(iam: Segment) -> Json | None:
    if iam.component(6) in _DELETED:
        return None
    clinical, verified = _ALLERGY.get(iam.component(17) or "C", ("active", "unconfirmed"))
    severity = (iam.component(4) or "").upper()
    return present(
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": status(clinical) if clinical else None,
            "verificationStatus": status(verified),
            "code": iam.concept(3),
            "criticality": _CRITICALITY.get(severity),
            "reaction": _reaction(iam.words(5), severity),
            "onsetDateTime": moment(iam.component(11)),
            "recordedDate": moment(iam.component(13)),
        }
    )


def _reaction(words: list[str], severity: str) -> list[Json]:
    said = [each.split("^")[1] if each.startswith("^") or each.count("^") > 1 else each for each in words]
    shown = [{"text": each} for each in said if each]
    return [present({"manifestation": shown, "severity": _SEVERITY.get(severity)})] if shown else []


def _dg1(dg1: Segment) -> Json:
    code = dg1.concept(3, method=dg1.component(2), described=dg1.component(4))
    code = code or ({"text": dg1.component(4)} if dg1.component(4) else None)
    wrong = dg1.component(21) in _DELETED
    verified = "entered-in-error" if wrong else _WORKING.get(dg1.component(6) or "", "confirmed")
    return present(
        {
            "resourceType": "Condition",
            "clinicalStatus": None if wrong else status("active"),
            "verificationStatus": status(verified),
            "code": code,
            "recordedDate": moment(dg1.component(5)) or moment(dg1.component(19)),
        }
    )


def _prb(prb: Segment) -> Json:
    ended, stated = moment(prb.component(9)), (prb.component(14, 2) or prb.component(14) or "").upper()
    over = ended or stated.startswith(_PROBLEM_OVER)
    wrong = prb.component(1) == "DE"
    return present(
        {
            "resourceType": "Condition",
            "clinicalStatus": None if wrong else status("resolved" if over else "active"),
            "verificationStatus": status("entered-in-error" if wrong else "confirmed"),
            "code": prb.concept(3),
            "onsetDateTime": moment(prb.component(16)) or moment(prb.component(7)),
            "abatementDateTime": ended,
        }
    )


def _pr1(pr1: Segment) -> Json | None:
    code = pr1.concept(3, method=pr1.component(2), described=pr1.component(4))
    if pr1.component(20) in _DELETED:
        return None
    done = moment(pr1.component(5))
    return present(
        {"resourceType": "Procedure", "status": "completed", "code": code, "performedDateTime": done},
    )


def _pv1(pv1: Segment) -> Json | None:
    """PV1-15 has one code for pregnant (HL7 table 0009) and none for not pregnant."""
    if not any(each[0] == _PREGNANT for each in pv1.repetitions(15)):
        return None
    said = {"valueCodeableConcept": {"text": "Pregnant"}}
    return {"resourceType": "Observation", "status": "final", "code": {"coding": [PREGNANCY_STATUS]}, **said}


def _unread(whole: Sequence[Sequence[Segment]], origin: str) -> Iterator[Problem]:
    names = Counter(segment.name for said in whole for segment in said)
    comments = names.pop("NTE", 0)
    left = {name: count for name, count in names.items() if name not in _ADMINISTRATIVE | _READ}
    lost = sum(segment.name == "OBX" and segment.component(11) == "X" for said in whole for segment in said)
    if lost:
        yield Problem(source=origin, reason=f"results that could not be obtained (OBX-11 X): {lost}")
    if left:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(left.items()) if name.isalnum())
        yield Problem(source=origin, reason=f"HL7 v2 segments not read: {listed}")
    if comments:
        yield Problem(source=origin, reason=f"HL7 v2 comments (NTE) not read: {comments}")
