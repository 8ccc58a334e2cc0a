"""In whose feeds a record is, found without asking site by site."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_change_key", "change", ["key"])


def downgrade() -> None:
    op.drop_index("ix_change_key", "change")
