"""A person's appointments are found without reading everybody's."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_appointment_person", "appointment", ["person"])


def downgrade() -> None:
    op.drop_index("ix_appointment_person", table_name="appointment")
