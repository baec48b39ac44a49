"""A typed client of a medrag server: ``Client`` and ``AsyncClient``, on httpx.

    with Client("http://127.0.0.1:8000") as client:
        advice = client.recommend("Which antibiotic?", {"age_years": 34, "allergies": ["penicillin"]})
        print(advice.text)
        for statement in advice.statements:
            print(statement.text, [citation.title for citation in statement.citations])

Where no address or key is given, ``MEDRAG_URL`` and ``MEDRAG_API_KEY`` say them. A patient is a
:class:`~medrag.types.Patient`, a mapping (FHIR R4 or the JSON schema), or files of any format that the server reads.

Both raise what the engine raises (:mod:`medrag.errors`): :class:`InputError` for what the server refuses,
:class:`ModelUnavailable` when no server answers or its model does not. An emergency that was found is in the message.
"""

from medrag.client.asynchronous import AsyncClient
from medrag.client.calls import CheckedOrder, CheckResult, Files, PatientLike, ReadPatient
from medrag.client.sync import Client
from medrag.client.wire import DEFAULT_URL

__all__ = [
    "DEFAULT_URL",
    "AsyncClient",
    "CheckResult",
    "CheckedOrder",
    "Client",
    "Files",
    "PatientLike",
    "ReadPatient",
]
