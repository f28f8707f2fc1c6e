"""Room in the pages of what every report changes, so that PostgreSQL writes the new row beside the old one.

Without it a new row goes to another page, and with it an entry into each of fifteen indexes (HOT updates, PostgreSQL's
manual 73.7). Rows that are there stay where they are, and find room as they are changed.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

_SHARES = {"device_status": 70, "device_seen": 50}


def upgrade() -> None:
    _set("SET (fillfactor = {share})")


def downgrade() -> None:
    _set("RESET (fillfactor)")


def _set(change: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, share in _SHARES.items():
        op.execute(f"ALTER TABLE {table} {change.format(share=share)}")
