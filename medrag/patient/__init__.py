"""The patient: record, genome and imaging, from whatever files a user has to one typed ``Patient``."""

from medrag.patient.load import as_heard, ensure_same_person, from_fhir, from_json, hear, load

__all__ = ["as_heard", "ensure_same_person", "from_fhir", "from_json", "hear", "load"]
