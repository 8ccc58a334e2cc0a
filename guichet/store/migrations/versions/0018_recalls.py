"""When somebody was called again, how many a ticket is for, and which station a desk is at."""

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("visit") as batch:
        batch.add_column(sa.Column("recalled_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("people", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("visit") as batch:
        batch.alter_column("people", server_default=None)
    with op.batch_alter_table("desk") as batch:
        batch.add_column(sa.Column("station", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("desk") as batch:
        batch.drop_column("station")
    with op.batch_alter_table("visit") as batch:
        for name in ("people", "recalled_at"):
            batch.drop_column(name)
