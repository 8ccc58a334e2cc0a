"""Alembic's entry: the connection is given by guichet.store.engine.migrate."""

from alembic import context

from guichet.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
