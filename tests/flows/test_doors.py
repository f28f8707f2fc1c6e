"""Both listeners serve phones, and they say the same."""

import asyncio
import json
from pathlib import Path

import pytest

from app.models import DeviceStatus
from simulator.fleet import Fleet
from tests.cli.running import run
from tests.flows.asking import Answer, ask
from tests.flows.installation import TENANT_PATH, Installation, until

KEEP_ALIVE = "/rest/v1/ipphoneMgrStatus/keep-alive"
ALERT = "/rest/v1/ipphoneMgrAlert/alert"


def test_phones_register_at_the_web_listener_as_well(ringmaster: Installation) -> None:
    async def story() -> None:
        path = TENANT_PATH.format(tenant=ringmaster.add_tenant().name)
        chosen = {"url": f"{ringmaster.web_url}/{path}", "rest_url": ringmaster.web_url}
        async with Fleet(ringmaster.options(path, phones=5, **chosen)) as fleet:
            await fleet.boot()
            assert fleet.is_settled
            assert not fleet.ledger.failures
            at_both = [ask(f"{url}/configfiles/{fleet.phones[0].mac}.cfg") for url in doors(ringmaster)]
            assert at_both[0].body == at_both[1].body
            assert at_both[0].headers["etag"] == at_both[1].headers["etag"]

    asyncio.run(story())


def doors(ringmaster: Installation) -> tuple[str, str]:
    return ringmaster.phone_url, ringmaster.web_url


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/ipp/dhcpoption160.cfg", None, 200),
        ("//ipp//dhcpoption160.cfg", None, 200),
        ("/configfiles/nobody.cfg", None, 404),
        ("/firmwarefiles/nothing.img", None, 404),
        (KEEP_ALIVE, b"", 400),
        (KEEP_ALIVE, b'{"mac": "no MAC"}', 400),
        (KEEP_ALIVE, b"x" * (64 * 1024 + 1), 413),
        (KEEP_ALIVE, None, 405),
        (ALERT, b'{"alerts": "none"}', 400),
    ],
)
def test_both_doors_answer_alike(
    ringmaster: Installation, path: str, body: bytes | None, status: int
) -> None:
    plane, web = (ask(f"{url}{path}", body) for url in doors(ringmaster))
    assert plane.status == web.status == status
    assert plane.body == web.body


def test_a_report_at_one_door_is_seen_by_the_other(ringmaster: Installation) -> None:
    mac = ringmaster.options("", phones=1).mac_start
    for url, place in zip(doors(ringmaster), ("Desk 1", "Desk 2"), strict=True):
        body = json.dumps({"mac": mac, "status": "started", "model": "430HD", "location": place}).encode()
        answer = ask(f"{url}{KEEP_ALIVE}", body)
        assert (answer.status, answer.body) == (200, b'{"requests":[]}')
        with ringmaster.reading() as session:
            assert session.get_one(DeviceStatus, mac).location == place


def test_firmware_is_resumed_where_it_was_cut_off(ringmaster: Installation, tmp_path: Path) -> None:
    image = tmp_path / "430HD.img"
    image.write_bytes(bytes(range(256)) * 4096)
    added = run(["firmware", str(image)], ringmaster.running.env)
    assert added.returncode == 0, added.stderr
    for url in doors(ringmaster):
        begun = ask(f"{url}/firmwarefiles/{image.name}", Range="bytes=0-699999")
        resumed = once_let_in(
            f"{url}/firmwarefiles/{image.name}", Range="bytes=700000-", **{"If-Range": begun.headers["etag"]}
        )
        assert (begun.status, resumed.status) == (206, 206)
        assert begun.body + resumed.body == image.read_bytes()


def once_let_in(url: str, **headers: str) -> Answer:
    """Ask until there is room: the web listener sends one file at a time, and sees its end later than the phone."""

    def let_in() -> Answer | None:
        answer = ask(url, **headers)
        return None if answer.status == 503 else answer

    return until(let_in)
