"""No request that a phone can send makes the phone API fail, hang, or tell what is not the phone's."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

import hypothesis
import pytest
from hypothesis import strategies as st

from app.database import Database, make_engine
from app.phone_api.routes import ROUTES, match
from app.security.secrets import open_vault
from tests.databases import INSTALLATION_KEY, settings_for
from tests.fuzzing.answers import leaks_in
from tests.fuzzing.mutations import NASTY_TEXTS, mutated, mutated_texts
from tests.fuzzing.samples import REPORTS, USER_AGENTS
from tests.phone_api.doors import ALERT, DOORS, KEEP_ALIVE, Asked, Door
from tests.views.installations import Worlds
from tests.views.world import ACME_MAC

FEW, MANY = 5, 300
MAC = ACME_MAC.encode()


@dataclass(frozen=True)
class Address:
    """An address that phones call: a request that is answered, in which things are changed."""

    name: str
    method: str
    target: str
    bodies: tuple[bytes, ...] = (b"",)
    headers: Mapping[str, str] = field(default_factory=dict)


_REPORTS = tuple(body.replace(b"00908f9a9623", MAC) for body in REPORTS)
_ALARM = (
    b'{"alerts":[{"uniqueId":2,"name":"IPPHONE REGISTRATION FAILURE","severity":"5","source":"IPPhone/%s"}]}'
    % MAC
)
_KEYS = b'{"mac":"%s","userId":"anna@acme.example","version":"0","keys":{"personal_settings/a":"Bob"}}' % MAC
_WHOLE = {"range": "bytes=0-3", "if-none-match": '"1"', "accept-encoding": "gzip", "if-range": '"1"'}
ADDRESSES = (
    Address("report", "POST", KEEP_ALIVE, _REPORTS),
    Address("report of 7.8", "POST", "/c/c-17/p/x/rest/v1/ipphoneMgrStatus/init", _REPORTS),
    Address("alarm", "POST", ALERT, (_ALARM,)),
    Address("user keys", "POST", "/rest/v1/ipphoneMgrStatus/user-keys", (_KEYS,)),
    Address("file of option 160", "GET", "/ipp/dhcpoption160.cfg", headers=_WHOLE),
    Address("file by tenant", "GET", f"/ipp/tenant/Acme/{ACME_MAC}.cfg", headers=_WHOLE),
    Address("file behind a proxy", "GET", "/ipp/httpproxy/httpproxy.cfg", headers=_WHOLE),
    Address("file", "GET", f"/configfiles/{ACME_MAC}.cfg", headers=_WHOLE),
    Address("firmware", "GET", "/firmwarefiles/450HD.img", headers=_WHOLE),
    Address("file with a key", "GET", f"/k/abcdefgh0123456789abcdefghijklmnop/configfiles/{ACME_MAC}.cfg"),
    Address("file of another vendor", "GET", "/configfiles/y000000000066.cfg"),
    Address("file of another vendor by MAC", "GET", "/configfiles/spa0004f2abcdef.xml"),
)
_HEADERS = (
    "user-agent", "range", "if-none-match", "if-modified-since", "if-range", "accept-encoding", "content-length",
    "content-type", "x-forwarded-for", "x-client-verify", "host", "transfer-encoding", "accept", "connection",
)  # fmt: skip


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest, sqlite_databases, sqlite_template, tmp_path: Path) -> Iterator[Door]:
    """Each of the doors in turn, of an installation that has the company."""
    open_vault(INSTALLATION_KEY)
    url = sqlite_databases.copy(Worlds(tmp_path).template("sqlite", sqlite_databases, sqlite_template))
    database = Database(make_engine(url))
    with DOORS[request.param](settings_for(url, tmp_path), database) as opened:
        yield opened
    database.reader.dispose()


def test_every_address_of_phones_is_tried():
    tried = [match(address.target) for address in ADDRESSES]
    assert {found[0].pattern for found in tried if found} == {route.pattern for route in ROUTES}


def test_requests_of_phones_are_answered(door: Door):
    for address in ADDRESSES:
        ask_often(door, address, FEW)


@pytest.mark.acceptance
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_many_requests_of_phones_are_answered(door: Door, address: Address, record_property):
    record_property("requests", f"{ask_often(door, address, MANY):,}")


@st.composite
def requests_to(draw: st.DrawFn, address: Address) -> Asked:
    """Draw a request like that of the address."""
    method = draw(
        st.sampled_from((address.method,) * 8 + ("GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "X"))
    )
    target = address.target
    if draw(st.booleans()):
        target = quote(draw(mutated([target.encode()], most_changes=3))[:4000], safe="/%:.@-_=&?")
    headers = {**address.headers} if draw(st.booleans()) else {}
    for name in draw(st.lists(st.sampled_from(_HEADERS), max_size=3, unique=True)):
        text = draw(mutated_texts([*address.headers.values(), *USER_AGENTS]))[:2000]
        headers[name] = (
            "".join(letter for letter in text if letter.isprintable())
            .encode("latin-1", "replace")
            .decode("latin-1")
        )
    if not draw(st.booleans()):
        headers.pop("content-length", None)
    body = draw(mutated(address.bodies)) if any(address.bodies) or draw(st.booleans()) else b""
    peer = draw(st.sampled_from(("10.1.0.7", "10.2.0.7", "2001:db8::7", "192.0.2.1")))
    return Asked(method, target if target.startswith("/") else f"/{target}", headers, body[:200_000], peer)


def ask_often(door: Door, address: Address, requests: int) -> int:
    """Ask so often, check each answer, and return how often."""
    asked_for = 0

    def ask(asked: Asked) -> None:
        nonlocal asked_for
        asked_for += 1
        answer = door.send(asked)
        assert 200 <= answer.status < 500, (answer.status, answer.body)
        sent = f"{unquote(asked.target, errors='replace')} {asked.target} {asked.body!r} {asked.headers}"
        # A phone's own file has its secrets: that is what it is for.
        if not (answer.status < 300 and ACME_MAC in sent.casefold()):
            assert leaks_in(answer.body, sent) == []

    settings = hypothesis.settings(
        max_examples=requests, database=None, deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    settings(hypothesis.given(asked=requests_to(address))(ask))()
    return asked_for


def test_the_texts_that_hurt_hurt_no_report(door: Door):
    for text in NASTY_TEXTS:
        body = b'{"mac":"%s","status":"started","userName":%s}' % (MAC, _quoted(text))
        assert door.send(Asked("POST", KEEP_ALIVE, {}, body)).status in {200, 400, 413}


def _quoted(text: str) -> bytes:
    return json.dumps(text).encode()
