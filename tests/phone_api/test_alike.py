"""Whatever is sent, neither door fails, and both answer alike: the same requests get the same answers."""

import json
import re
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.database import Database, make_engine
from app.security.secrets import open_vault
from tests.databases import INSTALLATION_KEY, settings_for
from tests.phone_api.doors import ADDRESS, ALERT, KEEP_ALIVE, USER_AGENT, Asked, flask_door, plane_door

MACS = ["00908f9a9623", "00908F9A9624"]
NAMES = [f"{mac}.cfg" for mac in MACS] + [
    "dhcpoption160.cfg",
    "Audiocodes_430HD_global_LYNC_empty.cfg",
    "430HD.img",
    "",
]
TARGETS = [
    KEEP_ALIVE,
    ALERT,
    "/c/c-17/rest/v1/ipphoneMgrStatus/init",
    *(
        f"{folder}/{name}"
        for folder in (
            "/configfiles",
            "/ipp/tenant/Default",
            "/ipp/region/x",
            "/ipp/httpproxy",
            "/firmwarefiles",
            "/ipp",
        )
        for name in NAMES
    ),
]
TEXTS = st.text(max_size=30)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
MEMBERS = [
    "ip",
    "region",
    "model",
    "fwVersion",
    "userAgent",
    "userName",
    "userId",
    "location",
    "vlanId",
    "emsUserName",
]


def reports(values):
    """Return reports of few phones, so that they meet again, their members of these values."""
    return st.fixed_dictionaries(
        {
            "mac": st.sampled_from(MACS) | values,
            "status": st.sampled_from(["started", "registered", "offline"]) | values,
        },
        optional=dict.fromkeys(MEMBERS, values),
    )


def alarms(values):
    names = ["name", "severity", "source", "description", "uniqueId", "date"]
    alarm = st.fixed_dictionaries(
        {
            "name": st.just("IPPHONE GENERAL LOCAL EVENT") | values,
            "severity": st.sampled_from("012345") | values,
        },
        optional=dict.fromkeys(names[2:], values)
        | {"source": st.sampled_from([f"IPPhone/{mac}" for mac in MACS])},
    )
    return st.fixed_dictionaries({"alerts": st.lists(alarm, max_size=3) | values})


BODIES = st.binary(max_size=200) | (reports(ANY_JSON) | alarms(ANY_JSON) | reports(TEXTS)).map(
    lambda members: json.dumps(members).encode()
)
PATHS = (
    st.sampled_from(TARGETS)
    | st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?"), max_size=40).map(
        lambda rest: f"/{rest}"
    )
    | st.builds(
        "{}/{}".format,
        st.sampled_from(
            ["/configfiles", "/firmwarefiles", "/ipp/tenant", "/ipp/tenant/Default", "/c", "/rest/v1"]
        ),
        st.from_regex(r"[!-~]*(%[0-9a-f]{2})*[!-~]*", fullmatch=True).filter(lambda text: "?" not in text),
    )
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "range",
            "if-range",
            "if-none-match",
            "if-modified-since",
            "user-agent",
            "x-forwarded-for",
            "content-type",
            "accept",
            "cookie",
            "authorization",
            "expect",
            "x-forwarded-host",
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
    | st.just(USER_AGENT),
    max_size=3,
)
REQUESTS = st.builds(
    Asked,
    st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS"]),
    PATHS,
    HEADERS,
    BODIES,
    st.sampled_from([ADDRESS, "192.0.2.9", "::1"]),
)
PREFIXES = ("/rest/v1/", "/c/", "/ipp/", "/configfiles/", "/firmwarefiles/")
OF_EACH_ANSWER = {"date", "last-modified"}  # they tell the moment


@pytest.fixture(scope="module")
def doors(sqlite_databases, sqlite_template, tmp_path_factory):
    """Both of them, each before an installation of its own."""
    open_vault(INSTALLATION_KEY)
    with ExitStack() as stack:
        opened = []
        for door in (flask_door, plane_door):
            url = sqlite_databases.copy(sqlite_template)
            database = Database(make_engine(url))
            stack.callback(sqlite_databases.drop, url)
            stack.callback(database.reader.dispose)
            opened.append(
                stack.enter_context(door(settings_for(url, tmp_path_factory.mktemp("data")), database))
            )
        yield opened


def outline(reply):
    headers = {name: value for name, value in reply.headers.items() if name not in OF_EACH_ANSWER}
    return reply.status, reply.body, headers


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(asked=st.lists(REQUESTS, min_size=1, max_size=4))
def test_neither_door_fails_and_both_answer_alike(doors, asked):
    for request in asked:
        replies = [door.send(request) for door in doors]
        if normal(request.target).startswith(PREFIXES):
            assert replies[0].status < 500
            assert outline(replies[0]) == outline(replies[1])
        assert {reply.status for reply in replies} <= {200, 206, 304, 400, 404, 405, 416, 422, 308}


def normal(target):
    return re.sub("/+", "/", target.partition("?")[0])
