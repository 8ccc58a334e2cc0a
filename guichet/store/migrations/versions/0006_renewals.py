"""Which démarches renew a title, and so have a time to be asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("procedure") as batch:
        batch.add_column(
            sa.Column("renewal", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("procedure") as batch:
        batch.alter_column("renewal", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("procedure") as batch:
        batch.drop_column("renewal")
