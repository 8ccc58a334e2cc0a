"""What happens at desks: their state, the order of the line, and the steps of a visit."""

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TURNS = '{"walk_in":30,"priority":240,"missed":10,"calls":3}'
_FILLED = {"calls": "0", "steps": "[]", "missing": "[]"}


def upgrade() -> None:
    op.create_table(
        "desk",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lanes", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk")),
    )
    op.create_index("ix_desk_site", "desk", ["site"])
    with op.batch_alter_table("site") as batch:
        batch.add_column(sa.Column("turns", sa.JSON(), nullable=False, server_default=_TURNS))
    with op.batch_alter_table("visit") as batch:
        batch.add_column(
            sa.Column("calls", sa.Integer(), nullable=False, server_default=_FILLED["calls"])
        )
        for name in ("lane", "for_desk", "reason"):
            batch.add_column(sa.Column(name, sa.String(), nullable=True))
        for name in ("steps", "missing"):
            batch.add_column(
                sa.Column(name, sa.JSON(), nullable=False, server_default=_FILLED[name])
            )
    with op.batch_alter_table("site") as batch:
        batch.alter_column("turns", server_default=None)
    with op.batch_alter_table("visit") as batch:
        for name in _FILLED:
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("visit") as batch:
        for name in ("missing", "reason", "steps", "for_desk", "lane", "calls"):
            batch.drop_column(name)
    with op.batch_alter_table("site") as batch:
        batch.drop_column("turns")
    op.drop_index("ix_desk_site", "desk")
    op.drop_table("desk")
