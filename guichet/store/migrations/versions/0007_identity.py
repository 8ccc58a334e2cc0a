"""What checking an identity gave, and what counters report."""

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("visit", sa.Column("identity", sa.String(), nullable=True))
    op.create_table(
        "report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("appointment", sa.String(), nullable=True),
        sa.Column("visit", sa.String(), nullable=True),
        sa.Column("identity", sa.String(), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_site_day", "report", ["site", "day"])


def downgrade() -> None:
    op.drop_index("ix_report_site_day", "report")
    op.drop_table("report")
    with op.batch_alter_table("visit") as batch:
        batch.drop_column("identity")
