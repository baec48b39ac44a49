"""The record in HL7 FHIR R4 (https://hl7.org/fhir/R4/): a Bundle, a single resource or a list of resources."""

from medrag.patient.fhir.read import read_fhir, whose

__all__ = ["read_fhir", "whose"]
