"""Findings as FHIR R4 ``DetectedIssue`` resources (https://hl7.org/fhir/R4/detectedissue.html).

A failed check is a final issue with its severity; one that could not look is a preliminary one without, so that no
reader of the list takes what was not assessed for safe. What passed is not an issue.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from medrag import messages
from medrag.rendering import words
from medrag.safety.orders.review import Reviewed
from medrag.types import Finding, Severity, Verdict

Json = dict[str, Any]

MEDIA_TYPE = "application/fhir+json"
_ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_CODES: Mapping[str, tuple[str, str]] = {
    "interaction": ("DRG", "Drug Interaction Alert"),
    "qt": ("DRG", "Drug Interaction Alert"),
    "allergy": ("ALGY", "Allergy Alert"),
    "contraindication": ("COND", "Condition Alert"),
    "hepatic": ("COND", "Condition Alert"),
    "renal": ("COND", "Condition Alert"),
    "dose": ("DOSE", "Dosage problem"),
    "opioids": ("DOSE", "Dosage problem"),
    "schedule": ("DOSE", "Dosage problem"),
    "duplication": ("DUPTHPY", "Duplicate Therapy Alert"),
    "age": ("AGE", "Age Alert"),
    "pregnancy": ("PREG", "Pregnancy Alert"),
    "pharmacogenomics": ("GEN", "Genetic Alert"),
}
_SEVERITIES = {Severity.CONTRAINDICATED: "high", Severity.WARNING: "moderate", Severity.INFORMATION: "low"}


def bundle(
    findings: Iterable[Finding], reviewed: Iterable[Reviewed], patient: str | None, language: messages.Language
) -> Json:
    """A collection of the issues: those of the case, and those of each order, which they name as implicated."""
    told = [*((None, each) for each in findings), *((one, each) for one in reviewed for each in one.findings)]
    issues = [_issue(each, order, patient, language) for order, each in told if each.verdict is not Verdict.PASS]
    entries = [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in issues]
    return {"resourceType": "Bundle", "type": "collection", **({"entry": entries} if entries else {})}


def _issue(finding: Finding, order: Reviewed | None, patient: str | None, language: messages.Language) -> Json:
    failed = finding.verdict is Verdict.FAIL
    said = words(finding, language)
    issue: Json = {
        "resourceType": "DetectedIssue",
        "id": str(uuid.uuid4()),
        "status": "final" if failed else "preliminary",
        "code": _code(finding, language),
        "identifiedDateTime": datetime.now(UTC).isoformat(timespec="seconds"),
        "author": {"display": "medrag"},
        "detail": said if failed else f"{messages.catalogue(language).text['not_assessed']} {said}",
        "evidence": [{"code": [{"text": finding.source}]}],
    }
    if failed:
        issue["severity"] = _SEVERITIES[finding.severity]
    if patient:
        issue["patient"] = {"reference": patient}
    if implicated := _implicated(finding, order):
        issue["implicated"] = implicated
    return issue


def _code(finding: Finding, language: messages.Language) -> Json:
    code: Json = {"text": messages.name(finding.check, language)}
    if known := _CODES.get(finding.check):
        code["coding"] = [{"system": _ACT_CODE, "code": known[0], "display": known[1]}]
    return code


def _implicated(finding: Finding, order: Reviewed | None) -> list[Json]:
    """The order by its reference where it has an id, and the drugs by their names."""
    if order and "entry[" not in order.reference:
        named = [{"reference": order.reference, "display": order.name}]
    else:
        named = [{"display": order.name}] if order else []
    return [*named, *({"display": drug} for drug in finding.drugs)]
