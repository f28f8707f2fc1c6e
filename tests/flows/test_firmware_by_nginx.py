"""Firmware that nginx sends itself, with the plane's leave, by the configuration that administrators copy."""

import contextlib
import http.client
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import factories
from tests.databases import Databases
from tests.flows.asking import Answer, ask
from tests.flows.installation import Installation, installation
from tests.nginx import Nginx, running_nginx

SMALL, LARGE = "/firmwarefiles/430HD.img", "/firmwarefiles/440HD.img"
CONTENT = os.urandom(100_000)
SENT_BY_NGINX = CONTENT[::-1]
LARGE_BYTES = 100_000_000
BYTES_PER_SECOND = 1_000_000
AGE_OF_FILES = datetime(2020, 1, 1, tzinfo=UTC)

_numbers = count(1)


@pytest.fixture(scope="module")
def ringmaster(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """A Ringmaster that leaves firmware to nginx, one download for each address."""
    data_dir = tmp_path_factory.mktemp("data")
    settings = {
        "TRUSTED_PROXIES": "127.0.0.1",
        "FIRMWARE_REDIRECT": "/protected-firmware/",
        "FIRMWARE_REDIRECT_RATE": str(BYTES_PER_SECOND),
        "FIRMWARE_DOWNLOADS_PER_ADDRESS": "1",
    }
    with installation(data_dir, sqlite_databases.create(), **settings) as running:
        with running.writing() as session:
            factories.make_firmware(session, data_dir, "430HD.img", CONTENT)
            factories.make_large_firmware(session, data_dir, "440HD.img", LARGE_BYTES)
        yield running


@pytest.fixture(scope="module")
def nginx(ringmaster: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx with a folder of its own, by whose bytes one sees who sent them; the files are older than their uploads."""
    folder = tmp_path_factory.mktemp("of-nginx")
    for stored in (ringmaster.data_dir / "firmware").glob("[!.]*"):
        lookalike = folder / stored.name
        lookalike.write_bytes(SENT_BY_NGINX if stored.stat().st_size == len(CONTENT) else b"")
        os.truncate(lookalike, stored.stat().st_size)
        os.utime(lookalike, (AGE_OF_FILES.timestamp(),) * 2)
    web, plane = (urlsplit(url).netloc for url in (ringmaster.web_url, ringmaster.phone_url))
    with running_nginx(web=web, plane=plane, firmware_folder=folder) as running:
        yield running


@pytest.fixture
def address() -> str:
    """An address that no other test calls from."""
    return f"127.7.0.{next(_numbers)}"


def head_of_image(ringmaster: Installation, address: str) -> Answer:
    """Return what the plane itself says of the file, to a phone that asks for a few bytes."""
    return ask(f"{ringmaster.phone_url}{SMALL}", source=address, Range="bytes=0-99")


def check_is_the_planes(answer: Answer, from_plane: Answer) -> None:
    """Check that an answer is what the plane itself would have said of the file."""
    for name in (
        "etag",
        "last-modified",
        "content-type",
        "cache-control",
        "accept-ranges",
        "x-content-type-options",
    ):
        assert answer.headers[name] == from_plane.headers[name], name
    assert not [name for name in answer.headers if name.startswith("x-accel")]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("body", [None, b"{\n}"])
def test_nginx_sends_the_bytes_and_the_plane_says_what_they_are(
    ringmaster: Installation, nginx: Nginx, address: str, scheme: str, body: bytes | None
) -> None:
    url = nginx.url if scheme == "http" else nginx.tls_url
    answer = ask(f"{url}{SMALL}", body, source=address, trust=nginx.trust)
    assert (answer.status, answer.body) == (200, SENT_BY_NGINX)
    assert answer.headers["content-length"] == str(len(CONTENT))
    check_is_the_planes(answer, head_of_image(ringmaster, address))


def test_who_comes_to_the_plane_itself_gets_the_bytes_from_it(ringmaster: Installation, address: str) -> None:
    assert ask(f"{ringmaster.phone_url}{SMALL}", source=address).body == CONTENT


@pytest.mark.parametrize("condition", ["etag", "last-modified"])
def test_a_download_that_began_at_the_plane_is_taken_up_at_nginx(
    ringmaster: Installation, nginx: Nginx, address: str, condition: str
) -> None:
    begun = head_of_image(ringmaster, address)
    wanted = {"Range": "bytes=1000-", "If-Range": begun.headers[condition]}
    answer = ask(f"{nginx.url}{SMALL}", source=address, **wanted)
    assert (answer.status, answer.body) == (206, SENT_BY_NGINX[1000:])
    assert answer.headers["content-range"] == f"bytes 1000-{len(CONTENT) - 1}/{len(CONTENT)}"
    check_is_the_planes(answer, begun)


def test_a_download_of_another_version_begins_anew(nginx: Nginx, address: str) -> None:
    answer = ask(f"{nginx.url}{SMALL}", source=address, **{"Range": "bytes=1000-", "If-Range": '"of old"'})
    assert (answer.status, answer.body) == (200, SENT_BY_NGINX)


def test_what_the_phone_holds_is_not_sent(ringmaster: Installation, nginx: Nginx, address: str) -> None:
    held = head_of_image(ringmaster, address).headers
    for condition in ({"If-None-Match": held["etag"]}, {"If-Modified-Since": held["last-modified"]}):
        answer = ask(f"{nginx.url}{SMALL}", source=address, **condition)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", held["etag"])


def test_the_date_of_the_upload_counts_and_not_that_of_the_file(nginx: Nginx, address: str) -> None:
    """The bytes of an upload may lie there already, from an earlier one."""
    since = format_datetime(AGE_OF_FILES, usegmt=True)
    assert ask(f"{nginx.url}{SMALL}", source=address, **{"If-Modified-Since": since}).status == 200


def test_the_head_of_an_image_is_sent_by_the_plane(nginx: Nginx, address: str) -> None:
    for _ in range(3):
        answer = ask(f"{nginx.url}{SMALL}", source=address, Range="bytes=0-4095")
        assert (answer.status, answer.body) == (206, CONTENT[:4096])


def test_a_download_by_nginx_takes_its_place_for_as_long_as_it_lasts(nginx: Nginx, address: str) -> None:
    connection = http.client.HTTPConnection(
        urlsplit(nginx.url).netloc, timeout=30, source_address=(address, 0)
    )
    with contextlib.closing(connection):
        connection.request("GET", LARGE)
        begun = connection.getresponse()
        assert (begun.status, begun.headers["content-length"]) == (200, str(LARGE_BYTES))
        refused = ask(f"{nginx.url}{SMALL}", source=address)
        assert refused.status == 503
        assert 60 <= int(refused.headers["retry-after"]) <= 180


def test_nobody_reaches_the_folder_of_firmware_past_the_plane(
    ringmaster: Installation, nginx: Nginx, address: str
) -> None:
    for stored in (Path(ringmaster.data_dir) / "firmware").glob("[!.]*"):
        assert ask(f"{nginx.url}/protected-firmware/{stored.name}", source=address).status == 404
