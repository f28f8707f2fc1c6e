"""A whole Ringmaster, started as people start it, with what a test asks of it from outside and in its database."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.release import opened_database
from app.database import Database
from app.models import ConfigTemplate, Tenant
from app.rendering.template_file import parse_template, write_template
from app.security.tenant_scope import ALL_TENANTS
from app.services import tenancy
from app.transaction import reading, writing
from config import load_settings
from simulator.options import Options
from tests.cli.running import Running, children_of, environment, name_of, ringmaster
from tests.nginx import Nginx, running_nginx

PATIENCE_SECONDS = 40.0
PAUSE_SECONDS = 0.02
KEY = "a key for tests only"
PASSWORD = "pass_1234"
TENANT_PATH = "firmwarefiles;ipp/tenant/{tenant}"
SYSTEM_PATH = "firmwarefiles;ipp/dhcpoption160.cfg"
PHONES_OF_A_TEST = 1 << 12
_AS_FAST_AS_THEY_CAN = "100000"
"""Phones in storms report many times a second, which no phone does that is well."""
USER_NAME = "personal_settings/functional_key/12/key_label"
HOST_NAME = "network/lan/hostname"

Found = TypeVar("Found")


@dataclass(frozen=True)
class Installation:
    """A Ringmaster that runs. ``database`` looks past all of its processes."""

    running: Running
    database: Database
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def web_url(self) -> str:
        """The address of the screens."""
        return f"http://{self.running.env['RINGMASTER_WEB_BIND']}"

    @property
    def phone_url(self) -> str:
        """The address of the phone plane."""
        return f"http://{self.running.env['RINGMASTER_PHONE_BIND']}"

    @property
    def data_dir(self) -> Path:
        """The folder of what it keeps beside its database."""
        return Path(self.running.env["RINGMASTER_DATA_DIR"])

    def reading(self) -> contextlib.AbstractContextManager[Session]:
        """Open a session that sees all tenants."""
        return reading(self.database, ALL_TENANTS)

    def writing(self) -> contextlib.AbstractContextManager[Session]:
        """Open a session that may change what all tenants have."""
        return writing(self.database, ALL_TENANTS)

    def add_tenant(self) -> Tenant:
        """Add a tenant with a name of its own."""
        tenant = Tenant(name=f"Tenant{next(self._numbers)}")
        with self.writing() as session:
            tenancy.prepare_new_tenant(session, tenant, now=datetime.now(UTC))
            session.flush()
            session.refresh(tenant)
        return tenant

    def name_users_in_files(self) -> None:
        """Edit the template of the 430HD as an administrator would, so that no two phones have the same file."""
        with self.writing() as session:
            template = session.scalars(
                select(ConfigTemplate).where(ConfigTemplate.name == "Audiocodes_430HD_LYNC")
            ).one()
            parts = parse_template(template.content)
            data = f"{parts.personal_file.data}\n{USER_NAME}=%ITCS_DisplayName%\n{HOST_NAME}=%ITCS_mac%\n"
            template.content = write_template(
                replace(parts, personal_file=replace(parts.personal_file, data=data))
            )

    def options(self, path: str, **chosen: Any) -> Options:
        """Return the options of phones that have a DHCP option with this path, MACs of their own, and no time."""
        quick = {
            "url": f"{self.phone_url}/{path}",
            "models": (("430HD", 1),),
            "mac_start": f"{0x00908F000000 + next(self._numbers) * PHONES_OF_A_TEST:012x}",
            "boot_over": timedelta(0),
            "reboot_time": timedelta(0),
            "retry_pause": timedelta(seconds=0.2),
        }
        return Options(**{**quick, **chosen})

    def process(self, name: str) -> int:
        """Return the process id of ``plane``, ``plane worker``, ``web``, ``web worker`` or ``scheduler``."""
        return self.processes(name)[0]

    def processes(self, name: str) -> Sequence[int]:
        """Return the process ids of all processes of a name."""
        return [pid for pid in _family(self.running.process.pid) if name_of(pid) == name]

    def end(self, name: str, number: signal.Signals) -> None:
        """Send a process a signal that ends it, and wait until another is in its place."""
        ended = self.process(name)
        os.kill(ended, number)
        until(lambda: self._successor(name, ended))

    def _successor(self, name: str, ended: int) -> int | None:
        with contextlib.suppress(IndexError, FileNotFoundError, ProcessLookupError):
            found = self.process(name)
            return None if found == ended else found
        return None


@contextlib.contextmanager
def installation(
    data_dir: Path, database_url: str, *, is_first: bool = True, **settings: str
) -> Iterator[Installation]:
    """Run Ringmaster on this database until the end of the block; what it writes does not hold it up.

    The first on a database finds it empty, and gives each phone a file of its own.
    """
    chosen = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": KEY,
        "ADMIN_PASSWORD": PASSWORD,
        "PHONE_REQUESTS_PER_MINUTE": _AS_FAST_AS_THEY_CAN,
        **settings,
    }
    env = environment(data_dir, **chosen)
    with ringmaster(env) as running, _reading_along(running):
        with opened_database(load_settings(env)) as database:
            started = Installation(running, database)
            if is_first:
                started.name_users_in_files()
            yield started
        running.process.terminate()
        running.process.wait(PATIENCE_SECONDS)


@contextlib.contextmanager
def behind_nginx(ringmaster: Installation) -> Iterator[Nginx]:
    """Run nginx in front of a Ringmaster, which must have been told to trust 127.0.0.1."""
    web, plane = (urlsplit(url).netloc for url in (ringmaster.web_url, ringmaster.phone_url))
    firmware_folder = ringmaster.data_dir / "firmware"
    with running_nginx(web=web, plane=plane, firmware_folder=firmware_folder) as nginx:
        yield nginx


def until(look: Callable[[], Found | None], seconds: float = PATIENCE_SECONDS) -> Found:
    """Return what is looked for as soon as it is there; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing came within {seconds:.0f} seconds"
        time.sleep(PAUSE_SECONDS)
    return found


@contextlib.contextmanager
def _reading_along(running: Running) -> Iterator[None]:
    """Take what it writes off its hands, or it would stand still when the pipe is full."""
    reader = threading.Thread(target=lambda: list(running.process.stdout or ()), daemon=True)
    reader.start()
    yield
    reader.join(PATIENCE_SECONDS)


def _family(pid: int) -> Iterator[int]:
    for child in children_of(pid):
        yield child
        yield from _family(child)
