"""Runs the numbered migrations on the connection that app/schema.py opened."""

from alembic import context

import app.models
from app.database import EncryptedBytes, EncryptedText, UtcDateTime
from app.schema import comparing


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our column types as what they are in the database: a migration does not depend on the code of its day."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, (EncryptedBytes, EncryptedText)):
        return "sa.LargeBinary()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=app.models.Device.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
    include_object=comparing(connection.dialect.name),
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
