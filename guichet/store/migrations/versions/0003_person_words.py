"""The words that persons are found by at central, and one index instead of three."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from guichet.store.search import add_words, words_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 10_000
_PUBLISHED = sa.text(
    "SELECT person.site, person.match_key, person.phone_key, person.number"
    " FROM person JOIN change ON change.site = person.site"
    " AND change.kind = 'person' AND change.key = person.id ORDER BY person.site"
)
"""Those in a feed: stations have none, and keep no words."""


def upgrade() -> None:
    op.drop_index("ix_person_number", "person")
    op.drop_index("ix_person_phone_key", "person")
    op.drop_index("ix_person_site_match_key", "person")
    op.create_index("ix_person_search", "person", ["site", "match_key", "phone_key", "number"])
    op.create_table(
        "person_word",
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("match_key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site", "word", "match_key", name=op.f("pk_person_word")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    for site, entries in _batches(connection):
        add_words(connection, site, entries)


def _batches(connection: sa.Connection) -> Iterator[tuple[int, set[tuple[str, str]]]]:
    rows = connection.execute(_PUBLISHED, execution_options={"yield_per": _BATCH})
    for batch in rows.partitions():
        by_site: dict[int, set[tuple[str, str]]] = {}
        for site, match_key, phone_key, number in batch:
            words = words_of(match_key, phone_key, number)
            by_site.setdefault(site, set()).update((word, match_key) for word in words)
        yield from by_site.items()


def downgrade() -> None:
    op.drop_table("person_word")
    op.drop_index("ix_person_search", "person")
    op.create_index("ix_person_site_match_key", "person", ["site", "match_key"])
    op.create_index("ix_person_phone_key", "person", ["phone_key"])
    op.create_index("ix_person_number", "person", ["number"])
