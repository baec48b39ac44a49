"""Every error medrag raises on purpose, and nothing else.

    MedragError
    ├── ConfigurationError      a setting is wrong, or something a setting names is not there
    ├── InputError              what the user sent cannot be used (.param names the field)
    │   └── PatientError        a patient file or object that does not parse
    ├── Untrusted               the caller is not a client that this service trusts
    ├── StoreError              the index on disk
    │   ├── IndexMissing        there is none at that path
    │   ├── IndexCorrupt        its files are damaged or disagree with its manifest
    │   └── IndexMismatch       it was built with another encoder or format
    ├── KnowledgeError          the safety knowledge does not load or does not fit its schema
    ├── StorageError            the database of records, feedback and patients cannot be used
    ├── AuditError              the audit trail cannot be written, or does not verify
    └── ModelError              the language model
        ├── ModelUnavailable    it does not answer, or its process died (try again later)
        │   └── Busy            this service is at its limit, or an answer took too long
        └── ModelRefused        it answered with an error

Messages say what is wrong and what to do, and never hold patient text.
"""

from __future__ import annotations


class MedragError(Exception):
    """Base of the hierarchy."""


class ConfigurationError(MedragError):
    """A setting is wrong, or something a setting names is not there."""


class InputError(MedragError):
    """What the user sent cannot be used."""

    def __init__(self, message: str, *, param: str | None = None, code: str = "invalid_request") -> None:
        super().__init__(message)
        self.param = param
        self.code = code


class PatientError(InputError):
    """A patient file or object that does not parse."""


class Untrusted(MedragError):
    """The caller is not a client that this service trusts."""


class StoreError(MedragError):
    """The index on disk cannot be used."""


class IndexMissing(StoreError):
    """There is no index at that path."""


class IndexCorrupt(StoreError):
    """The index's files are damaged or disagree with its manifest."""


class IndexMismatch(StoreError):
    """The index was built with another encoder or another format."""


class KnowledgeError(MedragError):
    """The safety knowledge does not load or does not fit its schema."""


class StorageError(MedragError):
    """The database of records, feedback and patients cannot be used."""


class AuditError(MedragError):
    """The audit trail cannot be written, or does not verify."""


class ModelError(MedragError):
    """The language model cannot be used."""


class ModelUnavailable(ModelError):
    """The model does not answer, or its process died."""


class Busy(ModelUnavailable):
    """This service makes no more answers now, or one took too long; the message is for whoever asked."""


class ModelRefused(ModelError):
    """The model's server answered with an error."""
