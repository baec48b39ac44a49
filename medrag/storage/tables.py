"""The tables, as the code uses them; ``migrations/`` makes them, and a test holds the two together."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

audit_records = sa.Table(
    "audit_records",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("record", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("advice", sa.String(64), index=True),
)
"""Append-only, which triggers enforce. ``advice`` repeats the record's own field, to find an answer by its id."""

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
"""One row, the last link. Writers lock it, so that all servers of a database write one chain."""

patients = sa.Table(
    "patients",
    metadata,
    sa.Column("id", sa.String(200), primary_key=True),
    sa.Column("who", sa.String(200), primary_key=True),
    sa.Column("patient", sa.Text, nullable=False),
    sa.Column("stored", sa.DateTime(timezone=True), nullable=False),
)
"""``who`` is whose the patient is: the same id of another owner is another patient."""

reviews = sa.Table(
    "reviews",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("time", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.String(200), nullable=False),
    sa.Column("advice", sa.String(64), nullable=False, index=True),
    sa.Column("statement", sa.Integer, nullable=False),
    sa.Column("verdict", sa.String(10), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)
"""A clinician's verdicts; the last one on a statement by the same person counts."""

client_tokens = sa.Table(
    "client_tokens",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("expires", sa.BigInteger, nullable=False, index=True),
)
"""Tokens of CDS clients that were used already, until they expire (Unix seconds)."""
