"""What statistics count: minutes waited and received, since when a seat is there to be booked."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0016"
down_revision = "0014"
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
    steps = [
        {name: _moment(value) if name.endswith("_at") or name == "since" else value
         for name, value in step.items()}
        for step in row.steps
    ]  # fmt: skip
    aside = [False, *(step["how"] == "parked" for step in steps)]
    waits = [s["called_at"] - s["since"] for s, parked in zip(steps, aside, strict=False)
             if not parked]  # fmt: skip
    if row.called_at is not None and not aside[-1]:
        waits.append(row.called_at - (steps[-1]["ended_at"] if steps else row.arrived_at))
    spans = [s["ended_at"] - s["started_at"] for s in steps if s.get("started_at")]
    if row.started_at is not None and row.ended_at is not None:
        spans.append(row.ended_at - row.started_at)
    called = row.called_at is not None or bool(steps)
    started = row.started_at is not None or any(s.get("started_at") for s in steps)
    return {
        "of": row.id,
        "minutes": _whole(waits) if called else None,
        "received": _whole(spans) if started else None,
    }


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _whole(spans: list[timedelta]) -> int:
    return sum((max(_NOTHING, span) for span in spans), _NOTHING) // timedelta(minutes=1)
