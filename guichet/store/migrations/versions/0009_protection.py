"""Seats that cool down, tokens that are replaced, what is switched on for a site."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEPT = sa.text("kept_for IS NOT NULL")


def upgrade() -> None:
    op.add_column("seat", sa.Column("kept_for", sa.String(), nullable=True))
    op.create_index(
        "ix_seat_kept_back", "seat", ["free_at"], sqlite_where=_KEPT, postgresql_where=_KEPT
    )
    op.add_column("station", sa.Column("next_hash", sa.String(), nullable=True))
    op.add_column("station", sa.Column("seen_at", UtcDateTime(), nullable=True))
    op.add_column("station", sa.Column("version", sa.String(), nullable=True))
    op.create_index("uq_station_next_hash", "station", ["next_hash"], unique=True)
    # Nobody counted until now: no device has been silent for long.
    station = sa.table("station", sa.column("seen_at", UtcDateTime()))
    op.execute(station.update().values(seen_at=datetime.now(UTC)))
    op.create_table(
        "site_flag",
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("site", "name", name=op.f("pk_site_flag")),
    )


def downgrade() -> None:
    op.drop_table("site_flag")
    op.drop_index("uq_station_next_hash", "station")
    with op.batch_alter_table("station") as batch:
        batch.drop_column("version")
        batch.drop_column("seen_at")
        batch.drop_column("next_hash")
    op.drop_index("ix_seat_kept_back", "seat")
    with op.batch_alter_table("seat") as batch:
        batch.drop_column("kept_for")
