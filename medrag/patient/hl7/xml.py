"""XML of HL7's: FHIR, and C-CDA as a document, behind a comment or in parts. Document types are refused."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from medrag.errors import PatientError
from medrag.patient.fhir.values import Json
from medrag.patient.fhir.versions import xml as fhir_xml
from medrag.patient.hl7 import cda
from medrag.patient.hl7.cda_nodes import name_of
from medrag.patient.hl7.prolog import DOCTYPE, decoded, root_name
from medrag.patient.refused import refuse_object
from medrag.types import ANY_LIST, Problem

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_FRAGMENT = (
    '<fragment xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:voc="urn:hl7-org:v3/voc" '
    'xmlns:cda="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{}</fragment>'
)
# By namespace or, without one, by the root's name: what it is and what to do.
_OTHERS = {
    "urn:hl7-org:v2xml": "an HL7 v2 message in XML, which is not read; give it in HL7's own form, with bars",
    "urn:astm-org:CCR": "a Continuity of Care Record (CCR), which is not read; give C-CDA or FHIR",
    "http://www.w3.org/2000/svg": "a drawing (SVG), which is not read",
    "http://schemas.microsoft.com/office/word/2003/wordml": "Word's XML, which is not read; save it as .docx",
    "http://schemas.microsoft.com/office/2006/xmlPackage": "Word's XML, which is not read; save it as .docx",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "an OpenDocument text, which is not read; save it as .docx",
    "HealthData": "an Apple Health export, which is not read; give its clinical records (FHIR JSON)",
    "document": "a drug label (SPL), which is no patient's record",
    "AnnotatedECG": "an annotated ECG, which is not read; give its report as text",
}


def read_xml(content: bytes, origin: str, today: date) -> tuple[Json, list[Problem]]:
    """A file's XML as FHIR R4, and what of it was not read.

    Raises ``PatientError`` for XML that is not well-formed, that declares a document type, or of a kind not read.
    """
    name = root_name(content) or ""
    if name == DOCTYPE:
        raise PatientError(f"{origin}: is XML that declares a document type (DTD), which is not read; remove it")
    root, problems = _root(content, name, origin)
    space = etree.QName(root).namespace
    if space == fhir_xml.NAMESPACE:
        made = fhir_xml.read_xml(root)
        refuse_object(made, origin)
        return made, problems
    if name_of(root) in cda.ROOTS and space in {cda.NAMESPACE, None}:
        made, unread = cda.read_cda(root, origin, today)
        return made, [*problems, *unread]
    what = _OTHERS.get(space or "") or _OTHERS.get(name_of(root))
    raise PatientError(f"{origin}: is {what or 'XML of a kind that is not read; give FHIR or C-CDA'}")


def _parser(*, recover: bool = False) -> Any:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )


def _root(content: bytes, name: str, origin: str) -> tuple[Any, list[Problem]]:
    """The root element; what stands alone of a C-CDA document may lack its namespaces and be several elements."""
    try:
        return etree.fromstring(content.lstrip(), _parser()), []
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
    fault = f"{origin}: is not well-formed XML (line {line})"
    if name not in cda.ROOTS - {"ClinicalDocument"}:
        raise PatientError(fault)
    wrapped = _FRAGMENT.format(_DECLARATION.sub("", decoded(content), count=1)).encode()
    try:
        return etree.fromstring(wrapped, _parser()), []
    except etree.XMLSyntaxError:
        root = etree.fromstring(wrapped, _parser(recover=True))
    if root is None:
        raise PatientError(fault)
    reason = f"is not well-formed XML (line {line}); what follows the fault may not have been read"
    return root, [Problem(source=origin, reason=reason, lost=ANY_LIST)]
