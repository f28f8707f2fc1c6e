"""The subnet that each phone reports, as its address and its mask make it."""

from ipaddress import ip_network

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_TOGETHER = 1_000


def upgrade() -> None:
    op.add_column(
        "device_status", sa.Column("subnet", sa.String(length=50), server_default="", nullable=False)
    )
    connection = op.get_bind()
    pairs = connection.execute(
        sa.text("SELECT DISTINCT ip, subnet_mask FROM device_status WHERE ip <> ''")
    ).all()
    fill = sa.text("UPDATE device_status SET subnet = :subnet WHERE ip = :ip AND subnet_mask = :mask")
    rows = [{"ip": ip, "mask": mask, "subnet": _subnet_of(ip, mask)} for ip, mask in pairs]
    for first in range(0, len(rows), _TOGETHER):
        connection.execute(fill, rows[first : first + _TOGETHER])


def downgrade() -> None:
    op.drop_column("device_status", "subnet")


def _subnet_of(ip: str, mask: str) -> str:
    """Return what the next report that changes the address will store; it puts right what this does not know."""
    for written in (mask.strip().removeprefix("/"), "64" if ":" in ip else "24"):
        try:
            network = ip_network(f"{ip}/{written}", strict=False)
        except ValueError:
            continue
        if network.prefixlen >= 8:
            return str(network)
    return ""
