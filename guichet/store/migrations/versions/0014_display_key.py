"""Keys that open the page of calls of a site."""

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "display_key",
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_display_key")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_display_key_key_hash")),
    )


def downgrade() -> None:
    op.drop_table("display_key")
