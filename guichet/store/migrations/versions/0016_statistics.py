"""What statistics count: minutes waited and received, since when a seat is there to be booked."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_GIVEN_UP = sa.text("given_up AND appointment IS NULL")
_CHUNK = 5000
_NOTHING = timedelta(0)


def upgrade() -> None:
    op.add_column("visit", sa.Column("waited", sa.Integer(), nullable=True))
    op.add_column("visit", sa.Column("served", sa.Integer(), nullable=True))
    op.add_column("seat", sa.Column("published_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("seat") as batch:
        batch.add_column(
            sa.Column("given_up", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("seat") as batch:
        batch.alter_column("given_up", server_default=None)
    op.create_index(
        "ix_seat_given_up", "seat", ["slot"], sqlite_where=_GIVEN_UP, postgresql_where=_GIVEN_UP
    )
    _measure()


def downgrade() -> None:
    op.drop_index("ix_seat_given_up", "seat")
    with op.batch_alter_table("seat") as batch:
        batch.drop_column("given_up")
        batch.drop_column("published_at")
    with op.batch_alter_table("visit") as batch:
        batch.drop_column("served")
        batch.drop_column("waited")


def _measure() -> None:
    """Give the visits that are over their minutes, as guichet.domain.passage counts them."""
    moments = [sa.column(f"{name}_at", UtcDateTime()) for name in ("arrived", "called", "started")]
    visit = sa.table(
        "visit",
        sa.column("id", sa.String()),
        sa.column("status", sa.String()),
        *moments,
        sa.column("ended_at", UtcDateTime()),
        sa.column("steps", sa.JSON()),
        sa.column("waited", sa.Integer()),
        sa.column("served", sa.Integer()),
    )
    connection = op.get_bind()
    measured = (
        visit.update()
        .where(visit.c.id == sa.bindparam("of"))
        .values(waited=sa.bindparam("minutes"), served=sa.bindparam("received"))
    )
    over = visit.select().where(visit.c.status == "done").order_by(visit.c.id)
    last = ""
    while rows := connection.execute(over.where(visit.c.id > last).limit(_CHUNK)).all():
        connection.execute(measured, [_minutes(row) for row in rows])
        last = rows[-1].id


def _minutes(row: Any) -> dict[str, Any]:
    steps: list[dict[str, Any]] = row.steps
    aside = [False, *(step["how"] == "parked" for step in steps)]
    waits = [
        _moment(step["called_at"]) - _moment(step["since"])
        for step, parked in zip(steps, aside, strict=False)
        if not parked
    ]
    if row.called_at is not None and not aside[-1]:
        since = _moment(steps[-1]["ended_at"]) if steps else row.arrived_at
        waits.append(row.called_at - since)
    begun = [step for step in steps if step.get("started_at")]
    spans = [_moment(step["ended_at"]) - _moment(step["started_at"]) for step in begun]
    if row.started_at is not None and row.ended_at is not None:
        spans.append(row.ended_at - row.started_at)
    return {
        "of": row.id,
        "minutes": _whole(waits) if row.called_at is not None or steps else None,
        "received": _whole(spans) if row.started_at is not None or begun else None,
    }


_moment = datetime.fromisoformat


def _whole(spans: list[timedelta]) -> int:
    return sum((max(_NOTHING, span) for span in spans), _NOTHING) // timedelta(minutes=1)
