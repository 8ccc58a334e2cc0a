"""First tables."""

import sqlalchemy as sa
from alembic import op

from guichet.store.types import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("pin_hash", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agent")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.Column("booked_by", sa.String(), nullable=False),
        sa.Column("accord", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_reference"), ["reference"], unique=False)
        batch_op.create_index(
            "uq_appointment_reference",
            ["reference"],
            unique=True,
            sqlite_where=sa.text("sequence = 0"),
            postgresql_where=sa.text("sequence = 0"),
        )
        batch_op.create_index("ix_appointment_site_day", ["site", "day"], unique=False)
        batch_op.create_index(
            "uq_appointment_active",
            ["person", "family"],
            unique=True,
            sqlite_where=sa.text("status = 'booked' AND sequence = 0"),
            postgresql_where=sa.text("status = 'booked' AND sequence = 0"),
        )

    op.create_table(
        "change",
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site", "kind", "key", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index("ix_change_site_sequence", ["site", "sequence"], unique=False)

    op.create_table(
        "deferred",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_deferred")),
    )
    op.create_table(
        "enrol_code",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrol_code")),
    )
    op.create_table(
        "feed",
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_feed")),
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("concerned", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        sa.UniqueConstraint("operation", name=op.f("uq_outbox_operation")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_state"), ["state"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("given_names", sa.String(), nullable=False),
        sa.Column("birth", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("number_absent", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("commune", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("match_key", sa.String(), nullable=False),
        sa.Column("phone_key", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_phone_key"), ["phone_key"], unique=False)
        batch_op.create_index("ix_person_site_match_key", ["site", "match_key"], unique=False)

    op.create_table(
        "procedure",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("number_required", sa.Boolean(), nullable=False),
        sa.Column("channel_note", sa.String(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_procedure")),
    )
    op.create_table(
        "public_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("public", sa.String(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("not_after", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_public_key")),
    )
    op.create_table(
        "seat",
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("free_at", UtcDateTime(), nullable=False),
        sa.Column("hold", sa.String(), nullable=True),
        sa.Column("appointment", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("slot", "number", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_appointment"), ["appointment"], unique=False)
        batch_op.create_index("ix_seat_hold", ["hold"], unique=False)
        batch_op.create_index("ix_seat_slot_free_at", ["slot", "free_at"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_sign_in_failure")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("private", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "site",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("early_minutes", sa.Integer(), nullable=False),
        sa.Column("late_minutes", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_site")),
    )
    op.create_table(
        "slot",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("procedures", sa.JSON(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("free", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
    )
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.create_index("ix_slot_site_day", ["site", "day"], unique=False)

    op.create_table(
        "station",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("enrolled_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_station_token_hash")),
    )
    op.create_table(
        "ticket",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "lane", name=op.f("pk_ticket")),
    )
    op.create_table(
        "verdict",
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("station", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("operation", name=op.f("pk_verdict")),
    )
    op.create_table(
        "visit",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("appointment", sa.String(), nullable=True),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("procedure", sa.String(), nullable=True),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("desk", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("anomaly", sa.String(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_appointment"), ["appointment"], unique=False)
        batch_op.create_index("ix_visit_site_day", ["site", "day"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_site_day")
        batch_op.drop_index(batch_op.f("ix_visit_appointment"))

    op.drop_table("visit")
    op.drop_table("verdict")
    op.drop_table("ticket")
    op.drop_table("station")
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_index("ix_slot_site_day")

    op.drop_table("slot")
    op.drop_table("site")
    op.drop_table("signing_key")
    op.drop_table("sign_in_failure")
    op.drop_table("setting")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index("ix_seat_slot_free_at")
        batch_op.drop_index("ix_seat_hold")
        batch_op.drop_index(batch_op.f("ix_seat_appointment"))

    op.drop_table("seat")
    op.drop_table("public_key")
    op.drop_table("procedure")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_site_match_key")
        batch_op.drop_index(batch_op.f("ix_person_phone_key"))
        batch_op.drop_index(batch_op.f("ix_person_number"))

    op.drop_table("person")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_state"))

    op.drop_table("outbox")
    op.drop_table("feed")
    op.drop_table("enrol_code")
    op.drop_table("deferred")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index("ix_change_site_sequence")

    op.drop_table("change")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_appointment_active",
            sqlite_where=sa.text("status = 'booked' AND sequence = 0"),
            postgresql_where=sa.text("status = 'booked' AND sequence = 0"),
        )
        batch_op.drop_index(
            "uq_appointment_reference",
            sqlite_where=sa.text("sequence = 0"),
            postgresql_where=sa.text("sequence = 0"),
        )
        batch_op.drop_index(batch_op.f("ix_appointment_reference"))
        batch_op.drop_index("ix_appointment_site_day")

    op.drop_table("appointment")
    op.drop_table("agent")
