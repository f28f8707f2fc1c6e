"""A Ringmaster that is sent hostile files: its doors, what came of each try, and what is left of it anywhere."""

import hashlib
import html
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import MetaData, inspect, select

from app.models import ConfigFile, ConfigTemplate, Firmware, Tenant
from tests.flows.installation import Installation, installation
from tests.flows.memory import Memory, memory_of
from tests.flows.uploading import END, HEAD, Uploader
from tests.phone_api.doors import Reply
from tests.views.multipart import field_part

FORM = "application/x-www-form-urlencoded"
# What the server writes without anybody's doing: who leads, and that it runs.
_WRITTEN_BY_ITSELF = {"lease", "heartbeat"}
_alerts = re.compile(r'role="alert"[^>]*?(?P<hidden> hidden)?>(.*?)</(?:div|p)>', re.DOTALL).finditer
_others = re.compile(
    r'<div class="field__error">(.*?)</div>|<h1 [^>]*>[^<]*</h1>\s*<p>(.*?)</p>', re.DOTALL
).finditer
_tag = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Door:
    """A page that takes a file: ``file_name`` is one that it would take."""

    address: str
    file_name: str
    fields: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.address} ({self.file_name})"


@dataclass(frozen=True)
class Box:
    """A page that takes a text which somebody typed into ``field``."""

    address: str
    field: str
    fields: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.address} (typed)"


@dataclass(frozen=True)
class Besieged:
    """A Ringmaster and somebody signed in who sends it files."""

    ringmaster: Installation
    person: Uploader
    temporary: Path
    firmware: tuple[Door, ...]
    texts: tuple[Door, ...]
    template: Door
    typed_template: Box
    typed_texts: tuple[Box, ...]

    @property
    def doors(self) -> tuple[Door, ...]:
        """All pages that take a file."""
        return (*self.firmware, *self.texts, self.template)

    def send(self, door: Door, content: bytes, name: str | None = None) -> Reply:
        """Upload a file as a browser does."""
        before = self.person.before_the_file(door.file_name if name is None else name, door.fields)
        return self.person.post(door.address, before + content + END)

    def type(self, box: Box, text: str) -> Reply:
        """Send a text that was typed."""
        filled_in = {**box.fields, box.field: text, "csrf_token": self.person.token()}
        return self.person.post(box.address, urlencode(filled_in).encode(), FORM)

    def fields_of(self, door: Door) -> bytes:
        """Return the parts of a door's form that are no files."""
        filled_in = {"csrf_token": self.person.token(), **door.fields}
        return b"".join(field_part(*field) for field in filled_in.items())

    def web_workers(self) -> list[int]:
        """Return the processes that serve the screens."""
        return sorted(self.ringmaster.processes("web worker"))

    @contextmanager
    def unmoved(self) -> Iterator[Memory]:
        """Check that nothing is left of what is done in the block, and that the servers are the same ones."""
        before, workers = self._all_there_is(), self.web_workers()
        with memory_of(self.ringmaster, "web worker") as memory:
            yield memory
        assert _changed(before, self._all_there_is()) == []
        assert self.web_workers() == workers, "a server has ended"
        assert "Phone Firmware Files" in self.person.open("/firmware/")

    def _all_there_is(self) -> dict[str, str]:
        return {**self._files(), **self._tables()}

    def _files(self) -> dict[str, str]:
        folders = (self.ringmaster.data_dir, self.temporary)
        paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {str(path): str(path.stat().st_size) for path in paths if "ringmaster.db" not in path.name}

    def _tables(self) -> dict[str, str]:
        with self.ringmaster.reading() as session:
            connection = session.connection()
            tables = MetaData()
            tables.reflect(connection, only=[name for name in inspect(connection).get_table_names()
                                             if name not in _WRITTEN_BY_ITSELF])  # fmt: skip
            found = {}
            for table in tables.sorted_tables:
                rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                found[table.name] = f"{len(rows)} rows, {hashlib.sha256(repr(rows).encode()).hexdigest()}"
            return found


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    names = sorted(before.keys() | after.keys())
    return [
        f"{name}: {before.get(name)} → {after.get(name)}"
        for name in names
        if before.get(name) != after.get(name)
    ]


def sentence_in(answer: Reply) -> str:
    """Return what the page says is wrong, in one line; empty where it says nothing."""
    page = answer.body.decode()
    shown = [found[2] for found in _alerts(page) if not found["hidden"]]
    shown += [found[1] or found[2] for found in _others(page)]
    return " ".join(html.unescape(_tag.sub(" ", " ".join(shown))).split())


@contextmanager
def besieged(data_dir: Path, database_url: str) -> Iterator[Besieged]:
    """Run a Ringmaster that has one file of each kind, and sign somebody in."""
    temporary = data_dir / "temporary"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(temporary))
        with installation(data_dir / "data", database_url) as ringmaster:
            yield _with_doors(ringmaster, temporary)


def _with_doors(ringmaster: Installation, temporary: Path) -> Besieged:
    person = Uploader(ringmaster)
    assert person.upload("405.img", [HEAD + os.urandom(9000)], len(HEAD) + 9000).status == 200
    body = person.before_the_file("kept.cfg") + b"system/ntp/enabled=1\n" + END
    assert person.post("/configuration-files/upload", body).status == 303
    with ringmaster.reading() as session:
        replaced = session.scalars(select(Firmware)).one()
        edited = session.scalars(select(ConfigFile).where(ConfigFile.name == "kept.cfg")).one()
        template = session.scalars(select(ConfigTemplate).order_by(ConfigTemplate.id)).first()
        tenant = session.scalars(select(Tenant).order_by(Tenant.id)).first()
    assert template is not None
    assert tenant is not None
    configuration = "/configuration-files/upload"
    return Besieged(
        ringmaster,
        person,
        temporary,
        firmware=(
            Door("/firmware/upload", "420HD.img", {}),
            Door("/firmware/upload", "HRS457.dfu", {}),
            Door(f"/firmware/replace/{replaced.id}", "405.img", {}),
        ),
        texts=(
            Door(configuration, "hostile.cfg", {"kind": "uploaded"}),
            Door(configuration, "hostile.xml", {"kind": "company_directory"}),
            Door("/system-settings/dhcp-option/upload", "option.cfg", {}),
            Door("/system-settings/sbc-proxy/upload", "proxy.cfg", {}),
        ),
        template=Door(f"/templates/upload/{template.id}", "template.xml", {}),
        typed_template=Box(f"/templates/edit/{template.id}", "text", {"deed": "accept"}),
        typed_texts=(
            Box(f"/configuration-files/edit/{edited.id}", "text", {"etag": edited.etag}),
            Box("/system-settings/dhcp-option/", "template", {"deed": "save"}),
            Box("/system-settings/sbc-proxy/", "template", {"deed": "save"}),
            Box(f"/tenant-configuration/paste/{tenant.id}", "lines", {}),
        ),
    )
