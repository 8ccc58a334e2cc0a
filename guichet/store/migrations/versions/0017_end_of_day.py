"""Who noted an absence, who settled a visit, when a site closes, and when its line is too long."""

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_NAMED = {"appointment": "absent", "visit": "settled"}


def upgrade() -> None:
    for table, what in _NAMED.items():
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(f"{what}_at", UtcDateTime(), nullable=True))
            batch.add_column(sa.Column(f"{what}_by", sa.String(), nullable=True))
    with op.batch_alter_table("site") as batch:
        batch.add_column(sa.Column("closes", sa.String(), nullable=True))
        batch.add_column(sa.Column("tension", sa.Integer(), nullable=False, server_default="45"))
    with op.batch_alter_table("site") as batch:
        batch.alter_column("tension", server_default=None)


def downgrade() -> None:
    for table, what in _NAMED.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_column(f"{what}_by")
            batch.drop_column(f"{what}_at")
    with op.batch_alter_table("site") as batch:
        batch.drop_column("tension")
        batch.drop_column("closes")
