"""What Alembic runs: the migrations over the connection that :func:`medrag.storage.migrations.upgrade` hands it."""

from alembic import context

from medrag.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
