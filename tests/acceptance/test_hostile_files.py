"""Hostile files at every door: refused with a sentence, nothing left behind, the servers alive, memory flat."""

import gzip
import io
import os
import socket
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.besieged import Besieged, Door, sentence_in
from tests.flows.memory import Memory
from tests.flows.uploading import END, HEAD, MEGABYTE
from tests.phone_api.doors import Reply
from tests.views.multipart import closed, field_part, file_head, file_part

pytestmark = pytest.mark.acceptance

MOST_GROWTH = 24.0
"""MiB by which a server may grow, whatever is sent to it."""
LEVELS = 100_000
IMAGE = HEAD + bytes(range(256)) * 40
LINES = b"system/ntp/enabled=1\n"

Record = Callable[[str, object], None]


class Tries:
    """What was tried: each has to be refused with a sentence."""

    def __init__(self) -> None:
        self.number = 0
        self.wrong: list[str] = []

    def refused(self, what: str, answer: Reply, *, without: str = "") -> None:
        """Note an answer; ``without`` is what must not stand in it."""
        self.number += 1
        sentence = sentence_in(answer)
        if not 400 <= answer.status < 500 or not sentence.endswith((".", ".)")) or sentence.count(" ") < 2:
            self.wrong.append(f"{what}: {answer.status} {sentence!r}")
        if without and without in answer.body.decode():
            self.wrong.append(f"{what}: what must stay secret stands in the answer")

    def check(self, record: Record, memory: Memory) -> None:
        """Fail with all that went wrong; keep the figures."""
        record("tries refused", f"{self.number - len(self.wrong)} of {self.number}")
        record("growth of the web server", f"{memory.peak - memory.before:.0f} MiB")
        assert self.wrong == []
        assert memory.peak - memory.before < MOST_GROWTH


@contextmanager
def outside(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the text of a secret file, its address, and one of a web server: neither may be touched in the block."""
    secret = folder / "secret.txt"
    secret.write_text("hunter2 is the secret")
    os.utime(secret, (0, secret.stat().st_mtime))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        yield "hunter2", secret.as_uri(), f"http://127.0.0.1:{port}/x.dtd"
        assert secret.stat().st_atime == 0, "the secret file was read"
        with pytest.raises(TimeoutError):
            server.accept()
        # Both would have been noticed.
        secret.read_text()
        assert secret.stat().st_atime > 0
        with socket.create_connection(("127.0.0.1", port)):
            server.accept()[0].close()


def document(document_type: str, use: str) -> str:
    inner = f"{use}<description>d</description>"
    return f'<?xml version="1.0"?>\n{document_type}\n<ipphonetamplate>{inner}</ipphonetamplate>'


def bombs() -> Iterator[tuple[str, str]]:
    """Yield documents that grow while they are read."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughing = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    swollen = f'<!DOCTYPE x [<!ENTITY q "{"q" * 50_000}">]>'
    recursive = '<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]>'
    for name, kind, use in (
        ("billion laughs", laughing, "&l9;"),
        ("quadratic blow-up", swollen, "&q;" * 30_000),
        ("entities that contain each other", recursive, "&a;"),
    ):
        yield name, document(kind, f"<type>{use}</type>")
        yield f"{name} in an attribute", document(kind, f'<type a="{use}">x</type>')
    yield "deep nesting", "<a>" * LEVELS
    yield "deep nesting, closed", "<a>" * LEVELS + "</a>" * LEVELS
    yield "many elements", f"<a>{'<b/>' * 200_000}</a>"
    attributes = " ".join(f'a{n}="x"' for n in range(80_000))
    yield "many attributes", f"<a {attributes}/>"


def references(target_address: str) -> Iterator[tuple[str, str]]:
    """Yield documents that refer to something outside."""
    for name, kind in {
        "external DTD": '<!DOCTYPE x SYSTEM "{}">',
        "public DTD": '<!DOCTYPE x PUBLIC "-//X" "{}">',
        "external entity": '<!DOCTYPE x [<!ENTITY x SYSTEM "{}">]>',
        "parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "{}"> %p; <!ENTITY x "1">]>',
    }.items():
        use = "&x;" if "ENTITY" in kind else "x"
        yield name, document(kind.format(target_address), f"<type>{use}</type>")
    include = f'<include xmlns="http://www.w3.org/2001/XInclude" href="{target_address}" parse="text"/>'
    yield "inclusion", document("", f"<type>{include}</type>")
    yield "style sheet", document(f'<?xml-stylesheet href="{target_address}"?>', "<type>x</type>")


def test_xml_that_grows_or_refers_to_something_outside_is_refused_and_nothing_is_fetched(
    target: Besieged, tmp_path: Path, record_property: Record
) -> None:
    tries = Tries()
    with outside(tmp_path) as (secret, *addresses), target.unmoved() as memory:
        documents = [*bombs(), *(one for address in addresses for one in references(address))]
        directory = next(door for door in target.texts if door.file_name.endswith(".xml"))
        for name, text in documents:
            tries.refused(
                f"{name} as a template", target.send(target.template, text.encode()), without=secret
            )
            tries.refused(f"{name} typed", target.type(target.typed_template, text), without=secret)
            if "<!" in text:
                answer = target.send(directory, text.encode(), f"{len(text)}.xml")
                tries.refused(f"{name} as a company directory", answer, without=secret)
            for door in (*target.firmware, *(door for door in target.texts if door is not directory)):
                tries.refused(f"{name} at {door}", target.send(door, text.encode()), without=secret)
            for box in target.typed_texts:
                tries.refused(f"{name} in {box}", target.type(box, text), without=secret)
    tries.check(record_property, memory)


def test_what_is_not_what_its_name_says_is_refused(target: Besieged, record_property: Record) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("420HD.img", bytes(100 * MEGABYTE))
    contents = {
        "a PNG": b"\x89PNG\r\n\x1a\n" + bytes(9000),
        "a JPEG": b"\xff\xd8\xff\xe0" + bytes(9000),
        "a ZIP bomb": archive.getvalue(),
        "a gzip bomb": gzip.compress(bytes(100 * MEGABYTE)),
        "a gzip bomb in a gzip bomb": gzip.compress(gzip.compress(bytes(100 * MEGABYTE))),
        "a program": b"\x7fELF\x02\x01\x01" + bytes(9000),
        "a program for Windows": b"MZ" + bytes(9000),
        "a script": b"#!/bin/sh\nrm -rf /\n",
        "a web page": b"<!DOCTYPE html><html><body>Sign in</body></html>",
        "another web page": b"\n<!-- x --><html><body>Sign in</body></html>",
        "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
        "a database": b"SQLite format 3\0" + bytes(9000),
        "nothing": b"",
        "blanks": b" \r\n\t ",
    }
    tries = Tries()
    with target.unmoved() as memory:
        for name, content in contents.items():
            for door in target.doors:
                if name == "a script" and door.file_name.endswith(".xml"):
                    continue  # a text like any other
                tries.refused(f"{name} at {door}", target.send(door, content))
    tries.check(record_property, memory)


def test_texts_in_broken_encodings_are_refused(target: Besieged, record_property: Record) -> None:
    text = "system/user/name=Zoë\nsystem/user/city=Zürich\n"
    xml = document("", f"<type>{text}</type>")
    broken: dict[str, Callable[[str], bytes]] = {
        "invalid UTF-8": lambda text: text.encode() + b"\xc3\x28\xff\xfe",
        "a cut sequence": lambda text: text.encode() + b"\xe2\x82",
        "an overlong slash": lambda text: text.encode() + b"\xc0\xaf",
        "a surrogate": lambda text: text.encode() + b"\xed\xa0\x80",
        "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
        "UTF-32": lambda text: text.encode("utf-32"),
        "Latin-1": lambda text: text.encode("latin-1"),
        "NUL bytes": lambda text: text.encode().replace(b"=", b"=\0"),
        "half a UTF-16": lambda _text: b"\xff\xfe<",
        "UTF-7": lambda _text: b'<?xml version="1.0" encoding="utf-7"?>+ADw-',
        "an encoding that is none": lambda _text: b'<?xml version="1.0" encoding="../../etc"?><a/>',
        "controls": lambda text: text.encode() + b"a=\x1b[2J\x07\n",
    }
    tries = Tries()
    with target.unmoved() as memory:
        for name, encode in broken.items():
            for door in target.texts:
                if name in {"UTF-7", "an encoding that is none"} and door.file_name.endswith(".xml"):
                    continue  # taken as it is: what it declares is for phones to read
                tries.refused(f"{name} at {door}", target.send(door, encode(text)))
            tries.refused(f"{name} as a template", target.send(target.template, encode(xml)))
    tries.check(record_property, memory)


PATHS = (
    "../x", "../../../../../../etc/cron.d/x", "/etc/x", "..\\..\\x", "C:\\x", "\\\\server\\share\\x", "%2e%2e%2fx",
    "..", ".", ".x", "-rf", "x\0", "CON", "nul", "com1", "lpt9.x", "a:b", "x\r\nX-Evil: 1", "x\n", "a" * 300, "ü" * 200,
    "\u202egmi.x", "x\u200b", "x\u2028", "$(id)", "`id`", "x;y", "x|y", "<b>", "'\"", "~root", "*",
)  # fmt: skip


def test_names_that_are_paths_or_no_names_are_refused(target: Besieged, record_property: Record) -> None:
    tries = Tries()
    with target.unmoved() as memory:
        for path in PATHS:
            for door in target.firmware[:2]:
                suffix = door.file_name[-4:]
                tries.refused(f"{path!r} at {door}", target.send(door, IMAGE, f"{path}{suffix}"))
                renamed = Door(door.address, door.file_name, {"name": f"{path}{suffix}"})
                tries.refused(f"{path!r} typed at {door}", target.send(renamed, IMAGE))
            for door in target.texts[:2]:
                suffix = door.file_name[-4:]
                tries.refused(f"{path!r} at {door}", target.send(door, LINES, f"{path}{suffix}"))
    tries.check(record_property, memory)


def test_names_that_are_not_kept_reach_neither_the_disk_nor_a_header(
    target: Besieged, record_property: Record
) -> None:
    """The template's own text again, under any name: it is taken as what it is, and changes nothing."""
    template_id = target.template.address.rpartition("/")[2]
    text = target.person.open(f"/templates/text/{template_id}").encode()
    with target.unmoved() as memory:
        for path in PATHS:
            answer = target.send(target.template, text, f"{path}.xml")
            assert answer.status in {302, 400}
            assert "x-evil" not in answer.headers
    record_property("names", len(PATHS))
    assert memory.peak - memory.before < MOST_GROWTH


@pytest.mark.parametrize("has_length", [True, False], ids=["with its length", "without its length"])
def test_300_megabytes_are_heard_out_and_refused_at_every_door(
    target: Besieged, record_property: Record, has_length: bool
) -> None:
    tries, size = Tries(), 300 * MEGABYTE
    with target.unmoved() as memory:
        for door in target.doors:
            before = target.person.before_the_file(door.file_name, door.fields)
            pieces = (before, *[bytes(range(256)) * 4096] * 300, END)
            if has_length:
                answer = target.person.post_in_pieces(door.address, pieces, len(before) + size + len(END))
            else:
                answer = target.person.post_without_length(door.address, pieces)
            tries.refused(str(door), answer)
    tries.check(record_property, memory)


def test_forms_that_break_off_lie_or_have_thousands_of_parts_are_refused(
    target: Besieged, record_property: Record
) -> None:
    tries = Tries()
    with target.unmoved() as memory:
        for door in target.doors:
            post, fields = target.person.post, target.fields_of(door)
            content = IMAGE if door in target.firmware else LINES
            whole = closed(fields, file_part(door.file_name, content))
            cut = whole[: len(whole) // 2]
            answer = target.person.post_in_pieces(door.address, [cut], len(whole))
            tries.refused(f"half a form at {door}", answer)
            tries.refused(f"no end at {door}", post(door.address, whole.removesuffix(b"\r\n--b--\r\n")))
            many_fields = b"".join(field_part(f"f{n}", "x") for n in range(5_000))
            tries.refused(f"fields at {door}", post(door.address, closed(fields, many_fields)))
            many_files = b"".join(file_part(f"{n}.cfg", LINES) for n in range(5_000))
            tries.refused(f"files at {door}", post(door.address, closed(fields, many_files)))
            long_head = file_head("x" * 600_000)
            tries.refused(f"long head at {door}", post(door.address, closed(fields, long_head + b"x\r\n")))
            large = field_part("x", "x" * 3 * MEGABYTE)
            tries.refused(f"large field at {door}", post(door.address, closed(fields, large)))
            tries.refused(f"no file at {door}", post(door.address, closed(fields)))
            without_token = closed(file_part(door.file_name, content))
            tries.refused(f"no token at {door}", post(door.address, without_token))
            tries.refused(f"no boundary at {door}", post(door.address, whole, "multipart/form-data"))
            tries.refused(f"no form at {door}", post(door.address, b"{" * 1000, "application/json"))
    tries.check(record_property, memory)
