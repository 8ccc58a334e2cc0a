"""What is offered to those who wait."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEW: dict[str, Any] = {
    "offered": sa.String(),
    "until": UtcDateTime(),
    "offered_on": sa.Date(),
    "called_at": UtcDateTime(),
    "ended": sa.String(),
}


def upgrade() -> None:
    op.drop_index("ix_demand_site", "demand")
    with op.batch_alter_table("demand") as batch:
        batch.add_column(sa.Column("offers", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("demand") as batch:
        batch.alter_column("offers", server_default=None)
    for name, kind in _NEW.items():
        op.add_column("demand", sa.Column(name, kind, nullable=True))
    op.create_index("ix_demand_queue", "demand", ["site", "waiting", "at"])
    for name in ("at", "person", "until"):
        op.create_index(f"ix_demand_{name}", "demand", [name])


def downgrade() -> None:
    for name in ("queue", "at", "person", "until"):
        op.drop_index(f"ix_demand_{name}", "demand")
    for name in ("offers", *_NEW):
        op.drop_column("demand", name)
    op.create_index("ix_demand_site", "demand", ["site"], unique=False)
