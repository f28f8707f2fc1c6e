"""The tables of the main job: tenants, templates, users, devices, their status, files, alarms, accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "ab_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=150), nullable=True),
        sa.Column("description", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_group")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_group_name")),
    )
    op.create_table(
        "ab_permission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_permission_name")),
    )
    op.create_table(
        "ab_register_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("registration_date", sa.DateTime(), nullable=True),
        sa.Column("registration_hash", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_register_user")),
        sa.UniqueConstraint("email", name=op.f("uq_ab_register_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_ab_register_user_username")),
    )
    op.create_table(
        "ab_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_role")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_role_name")),
    )
    op.create_table(
        "ab_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("last_login", sa.DateTime(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("fail_login_count", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("changed_on", sa.DateTime(), nullable=True),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.Column("session_epoch", sa.String(length=16), server_default="", nullable=False),
        sa.Column("sees_all_tenants", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_fk"], ["ab_user.id"], name=op.f("fk_ab_user_changed_by_fk_ab_user")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_fk"], ["ab_user.id"], name=op.f("fk_ab_user_created_by_fk_ab_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user")),
        sa.UniqueConstraint("email", name=op.f("uq_ab_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_ab_user_username")),
    )
    op.create_table(
        "ab_view_menu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_view_menu")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_view_menu_name")),
    )
    op.create_table(
        "device_seen",
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_device_seen")),
    )
    op.create_table(
        "firmware",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmware")),
        sa.UniqueConstraint("name_key", name=op.f("uq_firmware_name_key")),
    )
    with op.batch_alter_table("firmware", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_firmware_sha256"), ["sha256"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("running_since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "phone_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("is_shipped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_model")),
        sa.UniqueConstraint("name", name=op.f("uq_phone_model_name")),
    )
    op.create_table(
        "system_setting",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_system_setting")),
    )
    op.create_table(
        "tenant",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("subnet", sa.String(length=50), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("approves_automatically", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=True),
        sa.Column("endpoint_licenses", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "endpoint_licenses BETWEEN 0 AND 30000", name=op.f("ck_tenant_endpoint_licenses_in_range")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("external_id", name=op.f("uq_tenant_external_id")),
        sa.UniqueConstraint("name_key", name=op.f("uq_tenant_name_key")),
    )
    with op.batch_alter_table("tenant", schema=None) as batch_op:
        batch_op.create_index(
            "uq_tenant_is_default",
            ["is_default"],
            unique=True,
            sqlite_where=sa.text("is_default = 1"),
            postgresql_where=sa.text("is_default"),
        )

    op.create_table(
        "ab_api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("key_hash", sa.String(length=256), nullable=False),
        sa.Column("lookup_hash", sa.String(length=256), nullable=True),
        sa.Column("key_prefix", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("expires_on", sa.DateTime(), nullable=True),
        sa.Column("revoked_on", sa.DateTime(), nullable=True),
        sa.Column("last_used_on", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_ab_api_key_user_id_ab_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_api_key")),
        sa.UniqueConstraint("lookup_hash", name=op.f("uq_ab_api_key_lookup_hash")),
        sa.UniqueConstraint("uuid", name=op.f("uq_ab_api_key_uuid")),
    )
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.create_index("idx_api_key_lookup_hash", ["lookup_hash"], unique=True)
        batch_op.create_index("idx_api_key_prefix", ["key_prefix"], unique=False)
        batch_op.create_index("idx_api_key_user_id", ["user_id"], unique=False)

    op.create_table(
        "ab_group_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["ab_group.id"], name=op.f("fk_ab_group_role_group_id_ab_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_ab_group_role_role_id_ab_role"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_group_role")),
        sa.UniqueConstraint("group_id", "role_id", name=op.f("uq_ab_group_role_group_id_role_id")),
    )
    with op.batch_alter_table("ab_group_role", schema=None) as batch_op:
        batch_op.create_index("idx_group_id", ["group_id"], unique=False)
        batch_op.create_index("idx_group_role_id", ["role_id"], unique=False)

    op.create_table(
        "ab_permission_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("view_menu_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["ab_permission.id"],
            name=op.f("fk_ab_permission_view_permission_id_ab_permission"),
        ),
        sa.ForeignKeyConstraint(
            ["view_menu_id"],
            ["ab_view_menu.id"],
            name=op.f("fk_ab_permission_view_view_menu_id_ab_view_menu"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view")),
        sa.UniqueConstraint(
            "permission_id", "view_menu_id", name=op.f("uq_ab_permission_view_permission_id_view_menu_id")
        ),
    )
    with op.batch_alter_table("ab_permission_view", schema=None) as batch_op:
        batch_op.create_index("idx_permission_id", ["permission_id"], unique=False)
        batch_op.create_index("idx_view_menu_id", ["view_menu_id"], unique=False)

    op.create_table(
        "ab_user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["ab_group.id"], name=op.f("fk_ab_user_group_group_id_ab_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_ab_user_group_user_id_ab_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_group")),
        sa.UniqueConstraint("user_id", "group_id", name=op.f("uq_ab_user_group_user_id_group_id")),
    )
    with op.batch_alter_table("ab_user_group", schema=None) as batch_op:
        batch_op.create_index("idx_user_group_id", ["group_id"], unique=False)
        batch_op.create_index("idx_user_id", ["user_id"], unique=False)

    op.create_table(
        "ab_user_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_ab_user_role_role_id_ab_role"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_ab_user_role_user_id_ab_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_role")),
        sa.UniqueConstraint("user_id", "role_id", name=op.f("uq_ab_user_role_user_id_role_id")),
    )
    op.create_table(
        "config_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("phone_model_id", sa.Integer(), nullable=False),
        sa.Column(
            "train",
            sa.Enum("uc", "generic", name="train", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("factory_content", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["phone_model_id"], ["phone_model.id"], name=op.f("fk_config_template_phone_model_id_phone_model")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_config_template_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_template")),
        sa.UniqueConstraint("name_key", name=op.f("uq_config_template_name_key")),
    )
    with op.batch_alter_table("config_template", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_config_template_phone_model_id"), ["phone_model_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_config_template_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_journal_entry_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_at"), ["at"], unique=False)
        batch_op.create_index("ix_journal_entry_subject_at", ["subject", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "operator_tenant",
        sa.Column("operator_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"],
            ["ab_user.id"],
            name=op.f("fk_operator_tenant_operator_id_ab_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_operator_tenant_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("operator_id", "tenant_id", name=op.f("pk_operator_tenant")),
    )
    op.create_table(
        "pending_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_pending_action_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_action")),
    )
    with op.batch_alter_table("pending_action", schema=None) as batch_op:
        batch_op.create_index("ix_pending_action_mac_id", ["mac", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pending_action_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "phone_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("name_key", sa.String(length=384), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=True),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("nickname", sa.String(length=100), nullable=False),
        sa.Column("is_system", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_phone_user_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_user")),
        sa.UniqueConstraint("tenant_id", "name_key", name=op.f("uq_phone_user_tenant_id_name_key")),
    )
    with op.batch_alter_table("phone_user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_user_name_key"), ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_user_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("subnet", sa.String(length=50), nullable=True),
        sa.Column("is_auto_detection", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_site_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("tenant_id", "name_key", name=op.f("uq_site_tenant_id_name_key")),
    )
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "ab_permission_view_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_view_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["permission_view_id"],
            ["ab_permission_view.id"],
            name=op.f("fk_ab_permission_view_role_permission_view_id_ab_permission_view"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"],
            ["ab_role.id"],
            name=op.f("fk_ab_permission_view_role_role_id_ab_role"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view_role")),
        sa.UniqueConstraint(
            "permission_view_id",
            "role_id",
            name=op.f("uq_ab_permission_view_role_permission_view_id_role_id"),
        ),
    )
    with op.batch_alter_table("ab_permission_view_role", schema=None) as batch_op:
        batch_op.create_index("idx_permission_view_id", ["permission_view_id"], unique=False)
        batch_op.create_index("idx_role_id", ["role_id"], unique=False)

    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedup_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("wire_name", sa.String(length=255), nullable=False),
        sa.Column("is_event", sa.Boolean(), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "critical",
                "major",
                "minor",
                "warning",
                "info",
                "cleared",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("remote_host", sa.String(length=45), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("info1", sa.Text(), nullable=False),
        sa.Column("info2", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.String(length=20), nullable=False),
        sa.Column("reported_type", sa.String(length=20), nullable=False),
        sa.Column("reported_cause", sa.String(length=20), nullable=False),
        sa.Column("reported_date", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_alarm_site_id_site"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_alarm_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alarm_cleared_at_last_raised_at", ["cleared_at", "last_raised_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_alarm_mac"), ["mac"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarm_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarm_severity"), ["severity"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarm_site_id"), ["site_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alarm_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(
            "uq_alarm_active",
            ["dedup_key"],
            unique=True,
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        )

    op.create_table(
        "configuration_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "tenant",
                "site",
                "user",
                name="valuelevel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("phone_user_id", sa.Integer(), nullable=True),
        sa.Column("parameter", sa.String(length=200), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(level = 'tenant' AND site_id IS NULL AND phone_user_id IS NULL) OR (level = 'site' AND site_id IS NOT NULL AND phone_user_id IS NULL) OR (level = 'user' AND site_id IS NULL AND phone_user_id IS NOT NULL)",
            name=op.f("ck_configuration_value_one_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["phone_user_id"],
            ["phone_user.id"],
            name=op.f("fk_configuration_value_phone_user_id_phone_user"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_configuration_value_site_id_site"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_configuration_value_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_configuration_value")),
    )
    with op.batch_alter_table("configuration_value", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_configuration_value_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(
            "uq_configuration_value_site",
            ["site_id", "parameter"],
            unique=True,
            sqlite_where=sa.text("level = 'site'"),
            postgresql_where=sa.text("level = 'site'"),
        )
        batch_op.create_index(
            "uq_configuration_value_tenant",
            ["tenant_id", "parameter"],
            unique=True,
            sqlite_where=sa.text("level = 'tenant'"),
            postgresql_where=sa.text("level = 'tenant'"),
        )
        batch_op.create_index(
            "uq_configuration_value_user",
            ["phone_user_id", "parameter"],
            unique=True,
            sqlite_where=sa.text("level = 'user'"),
            postgresql_where=sa.text("level = 'user'"),
        )

    op.create_table(
        "device",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("serial_number", sa.String(length=60), nullable=False),
        sa.Column("phone_user_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("phone_model_id", sa.Integer(), nullable=True),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("firmware_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=30), nullable=False),
        sa.Column(
            "vlan_mode",
            sa.Enum(
                "",
                "Disable",
                "Manual",
                "CDP",
                "LLDP",
                "CDP_LLDP",
                name="vlanmode",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("vlan_id", sa.Integer(), nullable=False),
        sa.Column("vlan_priority", sa.Integer(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "zero_touch",
                "approved",
                "imported",
                "added",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("vlan_id BETWEEN 0 AND 4096", name=op.f("ck_device_vlan_id_in_range")),
        sa.CheckConstraint("vlan_priority BETWEEN 0 AND 7", name=op.f("ck_device_vlan_priority_in_range")),
        sa.ForeignKeyConstraint(
            ["firmware_id"], ["firmware.id"], name=op.f("fk_device_firmware_id_firmware")
        ),
        sa.ForeignKeyConstraint(
            ["phone_model_id"], ["phone_model.id"], name=op.f("fk_device_phone_model_id_phone_model")
        ),
        sa.ForeignKeyConstraint(
            ["phone_user_id"], ["phone_user.id"], name=op.f("fk_device_phone_user_id_phone_user")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_device_site_id_site")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["config_template.id"], name=op.f("fk_device_template_id_config_template")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("mac", name=op.f("uq_device_mac")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_firmware_id"), ["firmware_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_phone_model_id"), ["phone_model_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_phone_user_id"), ["phone_user_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_site_id"), ["site_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_template_id"), ["template_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index("ix_device_tenant_id_mac", ["tenant_id", "mac"], unique=False)

    op.create_table(
        "template_default",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_model_id", sa.Integer(), nullable=False),
        sa.Column(
            "train",
            sa.Enum("uc", "generic", name="train", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["phone_model_id"],
            ["phone_model.id"],
            name=op.f("fk_template_default_phone_model_id_phone_model"),
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["config_template.id"],
            name=op.f("fk_template_default_template_id_config_template"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_template_default_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_default")),
        sa.UniqueConstraint(
            "tenant_id",
            "phone_model_id",
            "train",
            name=op.f("uq_template_default_tenant_id_phone_model_id_train"),
        ),
    )
    with op.batch_alter_table("template_default", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_template_default_template_id"), ["template_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_template_default_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "config_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("name_key", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "phone",
                "global",
                "dhcp_option",
                "uploaded",
                name="filekind",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("template_name", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("etag", sa.String(length=70), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("generated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_config_file_device_id_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["config_template.id"],
            name=op.f("fk_config_file_template_id_config_template"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_config_file_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_file")),
        sa.UniqueConstraint("device_id", name=op.f("uq_config_file_device_id")),
        sa.UniqueConstraint("name_key", name=op.f("uq_config_file_name_key")),
    )
    with op.batch_alter_table("config_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_config_file_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_config_file_template_id"), ["template_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_config_file_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "file_request",
                "report",
                "approval",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_decision_device_id_device"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_decision_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_device_id"), ["device_id"], unique=False)
        batch_op.create_index("ix_decision_mac_decided_at", ["mac", "decided_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "device_status",
        sa.Column("mac", sa.String(length=12), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column(
            "approval",
            sa.Enum(
                "not_needed",
                "needed",
                "held",
                name="approval",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("placement_reason", sa.String(length=500), nullable=False),
        sa.Column("url_tenant", sa.String(length=128), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "started",
                "registered",
                "unregistered",
                "offline",
                "disconnected",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=True,
        ),
        sa.Column("status_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("external_ip", sa.String(length=45), nullable=False),
        sa.Column("is_behind_proxy", sa.Boolean(), nullable=False),
        sa.Column("subnet_mask", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("firmware_version", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.String(length=256), nullable=False),
        sa.Column("user_name", sa.String(length=128), nullable=False),
        sa.Column("user_id", sa.String(length=128), nullable=False),
        sa.Column("phone_number", sa.String(length=128), nullable=False),
        sa.Column("region", sa.String(length=128), nullable=False),
        sa.Column("location", sa.String(length=2048), nullable=False),
        sa.Column("sip_proxy", sa.String(length=256), nullable=False),
        sa.Column("vlan_id", sa.String(length=16), nullable=False),
        sa.Column("btoe_status", sa.String(length=64), nullable=False),
        sa.Column("btoe_version", sa.String(length=64), nullable=False),
        sa.Column("usb_headset", sa.String(length=256), nullable=False),
        sa.Column("hrs_speaker_model", sa.String(length=256), nullable=False),
        sa.Column("hrs_speaker_firmware", sa.String(length=256), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=8), nullable=True),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_status_device_id_device"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_device_status_site_id_site")),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["config_template.id"],
            name=op.f("fk_device_status_template_id_config_template"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_status_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("mac", name=op.f("pk_device_status")),
        sa.UniqueConstraint("device_id", name=op.f("uq_device_status_device_id")),
    )
    with op.batch_alter_table("device_status", schema=None) as batch_op:
        batch_op.create_index(
            "ix_device_status_counts",
            ["tenant_id", "status", "site_id", "model", "firmware_version"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_device_status_external_ip"), ["external_ip"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_device_status_firmware_version"), ["firmware_version"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_device_status_ip"), ["ip"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_status_model"), ["model"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_status_phone_number"), ["phone_number"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_status_site_id"), ["site_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_status_status"), ["status"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_device_status_status_changed_at"), ["status_changed_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_device_status_template_id"), ["template_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_status_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index("ix_device_status_tenant_id_mac", ["tenant_id", "mac"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_status_user_name"), ["user_name"], unique=False)

    op.create_table(
        "placeholder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "layer",
            sa.Enum(
                "device",
                "site",
                "tenant",
                "template",
                "system",
                name="layer",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("template_id", sa.Integer(), nullable=True),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(layer = 'system' AND template_id IS NULL AND tenant_id IS NULL AND site_id IS NULL AND device_id IS NULL) OR (layer = 'template' AND template_id IS NOT NULL AND site_id IS NULL AND device_id IS NULL) OR (layer = 'tenant' AND tenant_id IS NOT NULL AND template_id IS NULL AND site_id IS NULL AND device_id IS NULL) OR (layer = 'site' AND tenant_id IS NOT NULL AND site_id IS NOT NULL AND template_id IS NULL AND device_id IS NULL) OR (layer = 'device' AND tenant_id IS NOT NULL AND device_id IS NOT NULL AND template_id IS NULL AND site_id IS NULL)",
            name=op.f("ck_placeholder_one_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_placeholder_device_id_device"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_placeholder_site_id_site"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["config_template.id"],
            name=op.f("fk_placeholder_template_id_config_template"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_placeholder_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placeholder")),
    )
    with op.batch_alter_table("placeholder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placeholder_tenant_id"), ["tenant_id"], unique=False)
        batch_op.create_index(
            "uq_placeholder_device",
            ["device_id", "name"],
            unique=True,
            sqlite_where=sa.text("layer = 'device'"),
            postgresql_where=sa.text("layer = 'device'"),
        )
        batch_op.create_index(
            "uq_placeholder_site",
            ["site_id", "name"],
            unique=True,
            sqlite_where=sa.text("layer = 'site'"),
            postgresql_where=sa.text("layer = 'site'"),
        )
        batch_op.create_index(
            "uq_placeholder_system",
            ["name"],
            unique=True,
            sqlite_where=sa.text("layer = 'system'"),
            postgresql_where=sa.text("layer = 'system'"),
        )
        batch_op.create_index(
            "uq_placeholder_template",
            ["template_id", "name"],
            unique=True,
            sqlite_where=sa.text("layer = 'template'"),
            postgresql_where=sa.text("layer = 'template'"),
        )
        batch_op.create_index(
            "uq_placeholder_tenant",
            ["tenant_id", "name"],
            unique=True,
            sqlite_where=sa.text("layer = 'tenant'"),
            postgresql_where=sa.text("layer = 'tenant'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("placeholder", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_placeholder_tenant",
            sqlite_where=sa.text("layer = 'tenant'"),
            postgresql_where=sa.text("layer = 'tenant'"),
        )
        batch_op.drop_index(
            "uq_placeholder_template",
            sqlite_where=sa.text("layer = 'template'"),
            postgresql_where=sa.text("layer = 'template'"),
        )
        batch_op.drop_index(
            "uq_placeholder_system",
            sqlite_where=sa.text("layer = 'system'"),
            postgresql_where=sa.text("layer = 'system'"),
        )
        batch_op.drop_index(
            "uq_placeholder_site",
            sqlite_where=sa.text("layer = 'site'"),
            postgresql_where=sa.text("layer = 'site'"),
        )
        batch_op.drop_index(
            "uq_placeholder_device",
            sqlite_where=sa.text("layer = 'device'"),
            postgresql_where=sa.text("layer = 'device'"),
        )
        batch_op.drop_index(batch_op.f("ix_placeholder_tenant_id"))

    op.drop_table("placeholder")
    with op.batch_alter_table("device_status", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_status_user_name"))
        batch_op.drop_index("ix_device_status_tenant_id_mac")
        batch_op.drop_index(batch_op.f("ix_device_status_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_device_status_template_id"))
        batch_op.drop_index(batch_op.f("ix_device_status_status_changed_at"))
        batch_op.drop_index(batch_op.f("ix_device_status_status"))
        batch_op.drop_index(batch_op.f("ix_device_status_site_id"))
        batch_op.drop_index(batch_op.f("ix_device_status_phone_number"))
        batch_op.drop_index(batch_op.f("ix_device_status_model"))
        batch_op.drop_index(batch_op.f("ix_device_status_ip"))
        batch_op.drop_index(batch_op.f("ix_device_status_firmware_version"))
        batch_op.drop_index(batch_op.f("ix_device_status_external_ip"))
        batch_op.drop_index("ix_device_status_counts")

    op.drop_table("device_status")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_tenant_id"))
        batch_op.drop_index("ix_decision_mac_decided_at")
        batch_op.drop_index(batch_op.f("ix_decision_device_id"))

    op.drop_table("decision")
    with op.batch_alter_table("config_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_config_file_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_config_file_template_id"))
        batch_op.drop_index(batch_op.f("ix_config_file_kind"))

    op.drop_table("config_file")
    with op.batch_alter_table("template_default", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_template_default_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_template_default_template_id"))

    op.drop_table("template_default")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index("ix_device_tenant_id_mac")
        batch_op.drop_index(batch_op.f("ix_device_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_device_template_id"))
        batch_op.drop_index(batch_op.f("ix_device_site_id"))
        batch_op.drop_index(batch_op.f("ix_device_phone_user_id"))
        batch_op.drop_index(batch_op.f("ix_device_phone_model_id"))
        batch_op.drop_index(batch_op.f("ix_device_firmware_id"))

    op.drop_table("device")
    with op.batch_alter_table("configuration_value", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_configuration_value_user",
            sqlite_where=sa.text("level = 'user'"),
            postgresql_where=sa.text("level = 'user'"),
        )
        batch_op.drop_index(
            "uq_configuration_value_tenant",
            sqlite_where=sa.text("level = 'tenant'"),
            postgresql_where=sa.text("level = 'tenant'"),
        )
        batch_op.drop_index(
            "uq_configuration_value_site",
            sqlite_where=sa.text("level = 'site'"),
            postgresql_where=sa.text("level = 'site'"),
        )
        batch_op.drop_index(batch_op.f("ix_configuration_value_tenant_id"))

    op.drop_table("configuration_value")
    with op.batch_alter_table("alarm", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_alarm_active",
            sqlite_where=sa.text("cleared_at IS NULL"),
            postgresql_where=sa.text("cleared_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_alarm_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_alarm_site_id"))
        batch_op.drop_index(batch_op.f("ix_alarm_severity"))
        batch_op.drop_index(batch_op.f("ix_alarm_name"))
        batch_op.drop_index(batch_op.f("ix_alarm_mac"))
        batch_op.drop_index("ix_alarm_cleared_at_last_raised_at")

    op.drop_table("alarm")
    with op.batch_alter_table("ab_permission_view_role", schema=None) as batch_op:
        batch_op.drop_index("idx_role_id")
        batch_op.drop_index("idx_permission_view_id")

    op.drop_table("ab_permission_view_role")
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_tenant_id"))

    op.drop_table("site")
    with op.batch_alter_table("phone_user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_user_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_phone_user_name_key"))

    op.drop_table("phone_user")
    with op.batch_alter_table("pending_action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_action_tenant_id"))
        batch_op.drop_index("ix_pending_action_mac_id")

    op.drop_table("pending_action")
    op.drop_table("operator_tenant")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_entry_tenant_id"))
        batch_op.drop_index("ix_journal_entry_subject_at")
        batch_op.drop_index(batch_op.f("ix_journal_entry_at"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_actor"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_action"))

    op.drop_table("journal_entry")
    with op.batch_alter_table("config_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_config_template_tenant_id"))
        batch_op.drop_index(batch_op.f("ix_config_template_phone_model_id"))

    op.drop_table("config_template")
    op.drop_table("ab_user_role")
    with op.batch_alter_table("ab_user_group", schema=None) as batch_op:
        batch_op.drop_index("idx_user_id")
        batch_op.drop_index("idx_user_group_id")

    op.drop_table("ab_user_group")
    with op.batch_alter_table("ab_permission_view", schema=None) as batch_op:
        batch_op.drop_index("idx_view_menu_id")
        batch_op.drop_index("idx_permission_id")

    op.drop_table("ab_permission_view")
    with op.batch_alter_table("ab_group_role", schema=None) as batch_op:
        batch_op.drop_index("idx_group_role_id")
        batch_op.drop_index("idx_group_id")

    op.drop_table("ab_group_role")
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.drop_index("idx_api_key_user_id")
        batch_op.drop_index("idx_api_key_prefix")
        batch_op.drop_index("idx_api_key_lookup_hash")

    op.drop_table("ab_api_key")
    with op.batch_alter_table("tenant", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tenant_is_default",
            sqlite_where=sa.text("is_default = 1"),
            postgresql_where=sa.text("is_default"),
        )

    op.drop_table("tenant")
    op.drop_table("system_setting")
    op.drop_table("phone_model")
    op.drop_table("lease")
    op.drop_table("heartbeat")
    with op.batch_alter_table("firmware", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_firmware_sha256"))

    op.drop_table("firmware")
    op.drop_table("device_seen")
    op.drop_table("ab_view_menu")
    op.drop_table("ab_user")
    op.drop_table("ab_role")
    op.drop_table("ab_register_user")
    op.drop_table("ab_permission")
    op.drop_table("ab_group")
