"""Rules that administrators write: versions of lists, how often each rule decided, pins."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_KINDS = ("placement", "template", "firmware", "suppress", "correlate", "flap", "escalate", "route")
_STATES = ("draft", "active", "retired")
_STAGES = ("placement", "template", "firmware")


def _word(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "rule_set_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _word("rulekind", _KINDS), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", _word("rulesetstate", _STATES), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("checksum", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_by", sa.String(length=100), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_rule_set_version_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set_version")),
    )
    op.create_index(op.f("ix_rule_set_version_tenant_id"), "rule_set_version", ["tenant_id"])
    for state in ("active", "draft"):
        of_tenant = sa.text(f"state = '{state}'")
        of_system = sa.text(f"state = '{state}' AND tenant_id IS NULL")
        for name, columns, condition in (
            (f"uq_rule_set_version_{state}", ["kind", "tenant_id"], of_tenant),
            (f"uq_rule_set_version_{state}_system", ["kind"], of_system),
        ):
            op.create_index(
                name,
                "rule_set_version",
                columns,
                unique=True,
                sqlite_where=condition,
                postgresql_where=condition,
            )
    op.create_table(
        "rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["rule_set_version.id"],
            name=op.f("fk_rule_version_id_rule_set_version"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_rule_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule")),
        sa.UniqueConstraint("version_id", "key", name=op.f("uq_rule_version_id_key")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_rule_version_id_position")),
    )
    op.create_index(op.f("ix_rule_tenant_id"), "rule", ["tenant_id"])
    op.create_index(op.f("ix_rule_key"), "rule", ["key"])
    op.create_table(
        "rule_hits",
        sa.Column("rule_key", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("rule_key", "day", name=op.f("pk_rule_hits")),
    )
    op.create_table(
        "device_pin",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("stage", _word("stage", _STAGES), nullable=False),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pinned_by", sa.String(length=100), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_pin_device_id_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_pin_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("device_id", "stage", name=op.f("pk_device_pin")),
    )
    op.create_index(op.f("ix_device_pin_tenant_id"), "device_pin", ["tenant_id"])
    op.add_column("decision", sa.Column("rules", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("decision", "rules")
    for table in ("device_pin", "rule_hits", "rule", "rule_set_version"):
        op.drop_table(table)
