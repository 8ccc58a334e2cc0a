"""What a mediator's desk keeps: quotas, proofs, documents shown, unmet demand, competence."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ACTIVE = "status = 'booked' AND override IS NULL AND sequence = 0"


_FILLED: dict[str, dict[str, tuple[Any, str]]] = {
    "slot": {name: (sa.Integer(), "0") for name in ("pan", "urgent", "free_pan", "free_urgent")},
    "seat": {"quota": (sa.String(), "public")},
    "appointment": {"presented": (sa.JSON(), "[]")},
}
"""New columns that cannot be empty, and what the rows already there get."""


def upgrade() -> None:
    op.drop_index("uq_appointment_active", "appointment")
    for table, columns in _FILLED.items():
        with op.batch_alter_table(table) as batch:
            for name, (kind, default) in columns.items():
                batch.add_column(sa.Column(name, kind, nullable=False, server_default=default))
        with op.batch_alter_table(table) as batch:
            for name in columns:
                batch.alter_column(name, server_default=None)
    op.add_column("slot", sa.Column("pan_until", UtcDateTime(), nullable=True))
    op.add_column("person", sa.Column("used_name", sa.String(), nullable=True))
    op.add_column("person", sa.Column("proof", sa.String(), nullable=True))
    op.add_column("appointment", sa.Column("override", sa.String(), nullable=True))
    op.create_index(
        "uq_appointment_active",
        "appointment",
        ["person", "family"],
        unique=True,
        sqlite_where=sa.text(_ACTIVE),
        postgresql_where=sa.text(_ACTIVE),
    )
    op.create_table(
        "competence",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competence")),
    )
    op.create_table(
        "demand",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("waiting", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
    )
    op.create_index(op.f("ix_demand_site"), "demand", ["site"], unique=False)


def downgrade() -> None:
    op.drop_table("demand")
    op.drop_table("competence")
    op.drop_index("uq_appointment_active", "appointment")
    for name in ("presented", "override"):
        op.drop_column("appointment", name)
    old = sa.text("status = 'booked' AND sequence = 0")
    op.create_index(
        "uq_appointment_active",
        "appointment",
        ["person", "family"],
        unique=True,
        sqlite_where=old,
        postgresql_where=old,
    )
    for name in ("proof", "used_name"):
        op.drop_column("person", name)
    op.drop_column("seat", "quota")
    for name in ("pan_until", "free_urgent", "free_pan", "urgent", "pan"):
        op.drop_column("slot", name)
