"""How a file is streamed by ASGI: to its end, or until the phone leaves or is given up."""

import asyncio

import pytest

from app.phone_api import asgi
from app.phone_api.messages import FilePart, PhoneResponse

CONTENT = bytes(range(256)) * 4096
PATIENCE_SECONDS = 30


class Phone:
    """The other end of a download; it takes so many chunks, and then no more."""

    def __init__(self, chunks=1000):
        self.left = chunks
        self.received = []
        self.has_stopped = asyncio.Event()
        self.leaves = asyncio.Event()

    async def send(self, message):
        if message["type"] == "http.response.body" and message.get("more_body"):
            if not self.left:
                self.has_stopped.set()
                await asyncio.Event().wait()
            self.left -= 1
        self.received.append(message)

    async def receive(self):
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    @property
    def body(self):
        return b"".join(message["body"] for message in self.received[1:])

    @property
    def has_all(self):
        return self.received[-1] == {"type": "http.response.body", "body": b""}


@pytest.fixture
def part(tmp_path):
    path = tmp_path / "image"
    path.write_bytes(CONTENT)
    return FilePart(path, 0, len(CONTENT))


def download(part, phone):
    response = PhoneResponse(200, headers={"ETag": '"e"'}, file=part)
    return asyncio.wait_for(asgi.send_file(response, part, phone.receive, phone.send), PATIENCE_SECONDS)


def test_a_phone_that_takes_it_gets_all_of_it(part):
    async def run():
        phone = Phone()
        await download(part, phone)
        return phone

    phone = asyncio.run(run())
    assert phone.body == CONTENT
    assert phone.has_all
    assert (b"content-length", str(len(CONTENT)).encode()) in phone.received[0]["headers"]


def test_a_part_is_sent_as_a_part(part):
    async def run():
        phone = Phone()
        await download(FilePart(part.path, 300_000, 300_001), phone)
        return phone

    assert asyncio.run(run()).body == CONTENT[300_000:600_001]


def test_when_the_phone_leaves_the_download_ends(part):
    async def run():
        phone = Phone(chunks=2)
        under_way = asyncio.ensure_future(download(part, phone))
        await phone.has_stopped.wait()
        phone.leaves.set()
        await under_way
        return phone

    assert not asyncio.run(run()).has_all


def test_a_phone_that_stops_taking_is_given_up(part, monkeypatch):
    monkeypatch.setattr(asgi, "_LONGEST_FOR_CHUNK", 0.02)

    async def run():
        phone = Phone(chunks=2)
        await download(part, phone)
        return phone

    assert not asyncio.run(run()).has_all


def test_a_server_that_stops_ends_the_download(part):
    async def run():
        phone = Phone(chunks=0)
        under_way = asyncio.ensure_future(download(part, phone))
        await phone.has_stopped.wait()
        under_way.cancel()
        with pytest.raises(asyncio.CancelledError):
            await under_way

    asyncio.run(run())


def test_an_error_of_the_disk_is_not_hidden(part):
    part.path.unlink()

    async def run():
        with pytest.raises(FileNotFoundError):
            await download(part, Phone())

    asyncio.run(run())
