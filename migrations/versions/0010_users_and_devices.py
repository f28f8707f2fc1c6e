"""Phones that were replaced; names of phone users are compared in one coding of their letters (NFC)."""

from unicodedata import is_normalized, normalize

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_users = sa.table(
    "phone_user",
    sa.column("id", sa.Integer),
    sa.column("tenant_id", sa.Integer),
    sa.column("name", sa.String),
    sa.column("name_key", sa.String),
)


def upgrade() -> None:
    op.create_table(
        "replaced_phone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=100), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_replaced_phone_device_id_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_replaced_phone_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replaced_phone")),
    )
    for column in ("device_id", "mac", "tenant_id"):
        op.create_index(op.f(f"ix_replaced_phone_{column}"), "replaced_phone", [column])
    _compose_names()


def downgrade() -> None:
    op.drop_table("replaced_phone")


def _compose_names() -> None:
    """Give users whose names phones reported in another coding the key that they are found by now.

    One whose name another user of the tenant has in the usual coding keeps the old key: nobody can tell them apart,
    and whoever sees both deletes one.
    """
    connection = op.get_bind()
    for user in connection.execute(sa.select(_users)).all():
        if is_normalized("NFC", user.name) and is_normalized("NFC", user.name_key):
            continue
        name = normalize("NFC", user.name)
        key = normalize("NFC", name.strip().casefold())
        twin = sa.select(_users.c.id).where(
            _users.c.tenant_id == user.tenant_id, _users.c.name_key == key, _users.c.id != user.id
        )
        if connection.scalar(twin) is None:
            renamed = sa.update(_users).where(_users.c.id == user.id)
            connection.execute(renamed.values(name=name, name_key=key))
