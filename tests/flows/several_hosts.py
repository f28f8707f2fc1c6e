"""Two hosts with all of Ringmaster on each, nginx before them, a PostgreSQL primary and its standby behind them.

Each has a loopback address of its own; the hosts share the database, the key, and the folder of firmware.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.running import kill
from tests.databases import PostgresqlDatabases
from tests.flows.installation import Installation, installation
from tests.free_ports import free_port
from tests.nginx import Nginx, running_nginx
from tests.standby import Pair, primary_and_standby

HOST_ADDRESSES = ("127.0.0.2", "127.0.0.3")


@dataclass
class Host:
    """A machine of its own, as far as Ringmaster can tell: what it is started with, and what runs on it."""

    address: str
    data_dir: Path
    database_url: str
    settings: dict[str, str]
    web_port: int = field(default_factory=free_port)
    phone_port: int = field(default_factory=free_port)

    @property
    def web(self) -> str:
        """Where its screens are."""
        return f"{self.address}:{self.web_port}"

    @property
    def plane(self) -> str:
        """Where its phone plane is."""
        return f"{self.address}:{self.phone_port}"

    def start(self, *, is_first: bool = False) -> None:
        """Start everything on it, and return when it is ready."""
        self._running = contextlib.ExitStack()
        binds = {"WEB_BIND": self.web, "PHONE_BIND": self.plane}
        self.ringmaster: Installation = self._running.enter_context(
            installation(self.data_dir, self.database_url, is_first=is_first, **binds, **self.settings)
        )

    def kill(self) -> None:
        """Let all of it end at once, as if its power had failed."""
        kill(self.ringmaster.running.process.pid)
        self.stop()

    def stop(self) -> None:
        """End it as people do."""
        self._running.close()


@dataclass(frozen=True)
class Site:
    """All of the machines."""

    hosts: tuple[Host, ...]
    nginx: Nginx
    servers: Pair

    def fail_over(self, seconds: float) -> None:
        """Kill the primary with all of its processes, and let the standby take over so much later."""
        self.servers.primary.kill()
        time.sleep(seconds)
        self.servers.promote()


@contextlib.contextmanager
def several_hosts(folder: Path, **settings: str) -> Iterator[Site]:
    """Run all of it until the end of the block."""
    firmware_folder = folder / "firmware"
    firmware_folder.mkdir()
    with primary_and_standby() as servers:
        url = PostgresqlDatabases(servers.primary).create()
        database_url = servers.url(url.partition("@/")[2].partition("?")[0])
        hosts = tuple(Host(address, folder / address, database_url, settings) for address in HOST_ADDRESSES)
        with _in_front(hosts, firmware_folder) as nginx:
            settings |= {"TRUSTED_PROXIES": "127.0.0.1", "PUBLIC_URL": nginx.url, "WEB_THREADS": "8"}
            settings |= {"FIRMWARE_DIR": str(firmware_folder)}
            with contextlib.ExitStack() as stack:
                for number, host in enumerate(hosts):
                    host.start(is_first=number == 0)
                    stack.callback(host.stop)
                yield Site(hosts, nginx, servers)


def _in_front(hosts: tuple[Host, ...], firmware_folder: Path) -> contextlib.AbstractContextManager[Nginx]:
    first, second = hosts
    further = {
        "# server 192.0.2.2:8081 ": f"server {second.plane} ",
        "# server 192.0.2.2:8080 ": f"server {second.web} ",
    }
    return running_nginx(web=first.web, plane=first.plane, firmware_folder=firmware_folder, changed=further)
