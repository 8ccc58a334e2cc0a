"""What an agent has under way on a station, so that the end of the program loses nothing."""

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_draft")),
    )


def downgrade() -> None:
    op.drop_table("draft")
