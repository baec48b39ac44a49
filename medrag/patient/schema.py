"""The published JSON Schema of a patient: ``python -m medrag.patient.schema > docs/patient.schema.json``."""

from __future__ import annotations

import json
import sys
from typing import Any

from medrag.patient.record.facts import LISTS
from medrag.types import Patient

_NAMED = ("conditions", "allergies", "medications", "observations", "procedures", "imaging")


def patient_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of what ``from_json`` takes: a plain string stands for a current fact of that name."""
    schema = Patient.model_json_schema()
    for name in _NAMED:
        held = schema["properties"][name]["anyOf"][0]
        held["items"] = {"anyOf": [{"type": "string", "minLength": 1}, held["items"]]}
    schema["properties"]["$schema"] = {"type": "string"}
    schema["properties"]["not_recorded"] = {
        "description": "Lists that are not recorded though they stand as []; null in their place says the same.",
        "type": "array",
        "items": {"enum": list(LISTS)},
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "medrag patient", **schema}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(patient_schema(), indent=2, ensure_ascii=False) + "\n")
