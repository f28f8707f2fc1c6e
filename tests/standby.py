"""A PostgreSQL primary and its standby, each at an address of its own; what is confirmed is on both."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.free_ports import free_port
from tests.postgresql import PostgresqlServer, running_server

PRIMARY_ADDRESS, STANDBY_ADDRESS = "127.0.0.4", "127.0.0.5"
_PATIENCE_SECONDS = 30
_LIKE_IN_PRODUCTION = {"fsync": "off", "max_connections": "100", "wal_level": "replica", "hot_standby": "on"}


@dataclass(frozen=True)
class Pair:
    """Two servers that run, and the port that both have."""

    primary: PostgresqlServer
    standby: PostgresqlServer
    port: int

    def url(self, database: str) -> str:
        """Return the address of one of their databases, which names both of them."""
        hosts = "&".join(f"host={address}:{self.port}" for address in (PRIMARY_ADDRESS, STANDBY_ADDRESS))
        return f"postgresql+psycopg://ringmaster@/{database}?{hosts}"

    def promote(self) -> None:
        """Let the standby take over, as whatever watches over both would once the primary is gone."""
        self.standby.execute("SELECT pg_promote()")


@contextmanager
def primary_and_standby() -> Iterator[Pair]:
    """Yield both; a commit of the primary is confirmed once the standby has written it as well."""
    port = free_port()
    settings = {**_LIKE_IN_PRODUCTION, "port": str(port)}
    with (
        running_server({**settings, "listen_addresses": PRIMARY_ADDRESS}, is_durable=True) as primary,
        running_server(
            {**settings, "listen_addresses": STANDBY_ADDRESS}, is_durable=True, standby_of=primary
        ) as standby,
    ):
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.execute("SELECT pg_reload_conf()")
        _wait_until_followed(primary)
        yield Pair(primary, standby, port)


def _wait_until_followed(primary: PostgresqlServer) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    following = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
    while primary.ask(following) != 1:
        if time.monotonic() > deadline:
            raise RuntimeError("The standby does not follow its primary.")
        time.sleep(0.05)
