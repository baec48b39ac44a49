"""The patient: record, genome and imaging, from whatever files a user has to one typed ``Patient``."""

from medrag.patient.load import from_fhir, from_json, load, with_text

__all__ = ["from_fhir", "from_json", "load", "with_text"]
