"""One subnet leads to one tenant and to one site of a tenant; phone models are told by patterns of User-Agents."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("uq_tenant_subnet", "tenant", ["subnet"], unique=True)
    op.create_index("uq_site_tenant_id_subnet", "site", ["tenant_id", "subnet"], unique=True)
    op.add_column(
        "phone_model",
        sa.Column("user_agent_pattern", sa.String(length=200), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("phone_model", "user_agent_pattern")
    op.drop_index("uq_site_tenant_id_subnet", table_name="site")
    op.drop_index("uq_tenant_subnet", table_name="tenant")
