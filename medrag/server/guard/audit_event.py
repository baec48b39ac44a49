"""The audit trail as FHIR R4 ``AuditEvent`` resources, one a record (http://hl7.org/fhir/R4/auditevent.html).

Each carries its record word for word (base64) with both hashes, so that the chain can be checked from the export alone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from medrag.storage.chain import Link, Record

Json = dict[str, Any]

_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_ACTIONS = {
    "patient_stored": "U",
    "patient_read": "R",
    "patient_deleted": "D",
    "feedback": "C",
    "cds_feedback": "C",
}
"""Everything else executes something (``E``)."""
_SUCCESS, _SERIOUS_FAILURE = "0", "8"


def audit_event(link: Link) -> Json:
    """One record as an ``AuditEvent``."""
    record: Record = json.loads(link.record)
    event = record["event"]
    return {
        "resourceType": "AuditEvent",
        "id": f"medrag-{link.sequence}",
        "type": {"system": _DICOM, "code": "110100", "display": "Application Activity"},
        "subtype": [{"system": "urn:medrag:audit-event", "code": event}],
        "action": _ACTIONS.get(event, "E"),
        "recorded": record["time"],
        "outcome": _SERIOUS_FAILURE if event == "failed" else _SUCCESS,
        "agent": [
            {"altId": record.get("who", "medrag"), "requestor": "who" in record},
            {"name": "medrag", "requestor": False, "type": {"coding": [_coding(_DICOM, "110150", "Application")]}},
        ],
        "source": {"observer": {"display": "medrag"}},
        "entity": [*_entities(record), _chained(link)],
    }


def _entities(record: Record) -> Iterator[Json]:
    for key in ("answer", "advice", "about", "patient_id_sha256", "case_sha256", "service", "card"):
        if key in record:
            yield _entity(key, record[key])
    for key, value in record.get("provenance", {}).items():
        if value is not None:
            yield _entity(key, value)
    for passage in record.get("passages", ()):
        yield _entity("passage", passage["id"], sha256=passage["sha256"])
    for key in ("released", "withheld"):
        for statement in record.get(key, ()):
            findings = {
                f"finding-{one['check']}": f"{one['verdict']} {one['severity']}" for one in statement["findings"]
            }
            yield _entity(key, statement["text_sha256"], **findings)


def _entity(kind: str, value: str, **details: str) -> Json:
    entity: Json = {
        "what": {"identifier": {"system": f"urn:medrag:{kind}", "value": value}},
        "type": _coding(_ENTITY_TYPE, "2", "System Object"),
        "name": kind,
    }
    if details:
        entity["detail"] = [{"type": name, "valueString": text} for name, text in details.items()]
    return entity


def _chained(link: Link) -> Json:
    entity = _entity("audit-record", str(link.sequence), previous=link.previous, hash=link.hash)
    entity["detail"].append({"type": "record", "valueBase64Binary": base64.b64encode(link.record.encode()).decode()})
    return entity


def _coding(system: str, code: str, display: str) -> Json:
    return {"system": system, "code": code, "display": display}
