"""A stored patient belongs to whoever stored it: two owners may use the same id."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the owner part of the key. SQLite can do that only by writing the table anew."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute("ALTER TABLE patients DROP CONSTRAINT patients_pkey")
        op.execute("ALTER TABLE patients ADD PRIMARY KEY (id, who)")
        return
    op.create_table(
        "owned_patients",
        sa.Column("id", sa.String(200), primary_key=True),
        sa.Column("who", sa.String(200), primary_key=True),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("stored", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute("INSERT INTO owned_patients SELECT id, who, patient, stored FROM patients")
    op.drop_table("patients")
    op.rename_table("owned_patients", "patients")
