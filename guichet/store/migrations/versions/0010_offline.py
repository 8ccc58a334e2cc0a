"""What a day offline leaves: seats lent, wishes, and how conflicts were settled."""

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("hold", sa.String(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hold", name=op.f("pk_lease")),
    )
    op.create_index("ix_lease_station", "lease", ["station"])
    op.create_table(
        "settlement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
    )
    op.create_index("ix_settlement_site_day", "settlement", ["site", "day"])
    with op.batch_alter_table("demand") as batch:
        batch.add_column(sa.Column("wish", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("first_day", sa.Date(), nullable=True))
        batch.add_column(sa.Column("last_day", sa.Date(), nullable=True))
    with op.batch_alter_table("demand") as batch:
        batch.alter_column("wish", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("demand") as batch:
        for column in ("wish", "first_day", "last_day"):
            batch.drop_column(column)
    op.drop_index("ix_settlement_site_day", "settlement")
    op.drop_table("settlement")
    op.drop_index("ix_lease_station", "lease")
    op.drop_table("lease")
