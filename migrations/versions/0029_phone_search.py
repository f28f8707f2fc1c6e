"""Indexes by which a million phones are found and sorted; on PostgreSQL their words in a table of their own.

The table is written by triggers, and only when a text changes that is in it: most reports change none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

_SORTED = ("site_id", "template_id", "model", "firmware_version")
_TEXTS = ("user_name", "user_id", "phone_number", "ip", "model", "location")
# Folded as SQLite does it, ASCII alone and not by the language of the database: that is also three times as fast.
_ROW = r"""
  lower(concat_ws(E'\n', {row}.mac, {row}.user_name, {row}.user_id, {row}.phone_number, {row}.ip, {row}.model)
    COLLATE "C"),
  lower(substr({row}.user_name, 1, 100)), lower(substr({row}.location, 1, 100)),
  CASE WHEN {row}.ip ~ '^[0-9]{{1,3}}([.][0-9]{{1,3}}){{3}}$' THEN
    split_part({row}.ip, '.', 1)::bigint * 16777216 + split_part({row}.ip, '.', 2)::bigint * 65536
    + split_part({row}.ip, '.', 3)::bigint * 256 + split_part({row}.ip, '.', 4)::bigint END
"""
_COLUMNS = "mac, words, user_key, location_key, ip_number"
_KEEP = f"""
CREATE FUNCTION keep_phone_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM phone_search WHERE mac = OLD.mac;
  ELSE
    INSERT INTO phone_search ({_COLUMNS}) SELECT NEW.mac, {_ROW.format(row="NEW")}
    ON CONFLICT (mac) DO UPDATE SET words = excluded.words, user_key = excluded.user_key,
      location_key = excluded.location_key, ip_number = excluded.ip_number;
  END IF;
  RETURN NULL;
END $$
"""  # noqa: S608 - made of the names above
_CHANGES = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in _TEXTS)
_EVENTS = {
    "new": "INSERT",
    "changed": f"UPDATE OF {', '.join(_TEXTS)}",
    "gone": "DELETE",
}
_CONDITIONS = {"changed": f" WHEN ({_CHANGES})"}
_FILL = f"INSERT INTO phone_search ({_COLUMNS}) SELECT s.mac, {_ROW.format(row='s')} FROM device_status s"  # noqa: S608 - made of the names above


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        # A million rows take longer than a statement may otherwise.
        op.execute("SET LOCAL statement_timeout = 0")
        _add_phone_search()
    for column in _SORTED:
        op.drop_index(f"ix_device_status_{column}", table_name="device_status")
        op.create_index(f"ix_device_status_{column}", "device_status", [column, "mac"])
    op.drop_index("ix_device_status_ip", table_name="device_status")
    op.create_index(
        "ix_device_status_ip", "device_status", ["ip"], postgresql_ops={"ip": "varchar_pattern_ops"}
    )
    op.create_index(
        "ix_device_status_waiting",
        "device_status",
        ["tenant_id", "approval", "mac"],
        sqlite_where=sa.text("device_id IS NULL"),
        postgresql_where=sa.text("device_id IS NULL"),
    )


def _add_phone_search() -> None:
    op.create_table(
        "phone_search",
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("user_key", sa.Text(), nullable=False),
        sa.Column("location_key", sa.Text(), nullable=False),
        sa.Column("ip_number", sa.BigInteger(), nullable=True),
    )
    op.execute(_FILL)
    op.create_primary_key("pk_phone_search", "phone_search", ["mac"])
    for column in ("user_key", "location_key", "ip_number"):
        op.create_index(f"ix_phone_search_{column}", "phone_search", [column, "mac"])
    op.execute(_KEEP)
    for name, event in _EVENTS.items():
        op.execute(
            f"CREATE TRIGGER phone_search_of_{name} AFTER {event} ON device_status FOR EACH ROW"
            f"{_CONDITIONS.get(name, '')} EXECUTE FUNCTION keep_phone_search()"
        )


def downgrade() -> None:
    op.drop_index("ix_device_status_waiting", table_name="device_status")
    for column in (*_SORTED, "ip"):
        op.drop_index(f"ix_device_status_{column}", table_name="device_status")
        op.create_index(f"ix_device_status_{column}", "device_status", [column])
    if op.get_context().dialect.name == "postgresql":
        for name in _EVENTS:
            op.execute(f"DROP TRIGGER phone_search_of_{name} ON device_status")
        op.execute("DROP FUNCTION keep_phone_search()")
        op.drop_table("phone_search")
