"""The sentences that say how a phone stands to conditions."""

import pytest

from app.rules.conditions.facts import KnownFacts
from app.rules.conditions.text.parser import parse
from app.rules.conditions.tracing import TreeTrace, trace_tree
from tests.rules.conditions.drawn import VOCABULARY

PHONE = {
    "model": "450HD",
    "ip": "10.2.3.4",
    "mac": "00908f123456",
    "firmware": "UC_3.1.0.478",
    "user_agent": "AUDC IPPhone",
    "via_proxy": "no",
    "now": "2026-11-27T18:30",
}


def traced(text: str) -> TreeTrace:
    return trace_tree(parse(text, VOCABULARY), KnownFacts(PHONE))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ip in 10.1.0.0/16", "IP address 10.2.3.4 is not in 10.1.0.0/16"),
        ("ip not-in 10.1.0.0/16", "IP address 10.2.3.4 is not in 10.1.0.0/16"),
        ("ip in (10.0.0.0/8, 2001:db8::/32)", "IP address 10.2.3.4 is in 10.0.0.0/8 or 2001:db8::/32"),
        ("user = anna", "user name not known yet: nobody has signed in"),
        ("user is-set", "user name not known yet: nobody has signed in"),
        ("user !~ a*", "user name not known yet: nobody has signed in"),
        ("model is-set", "model 450HD is known"),
        ("model = 450HD", "model 450HD is 450HD"),
        ("model != 450HD", "model 450HD is 450HD"),
        ("model in (405, 430HD)", "model 450HD is none of 405 or 430HD"),
        ("model in 405", "model 450HD is not 405"),
        ("mac in 0004f2", "MAC address 00:90:8f:12:34:56 does not begin with 0004f2"),
        ("firmware >= UC_3.4", "firmware UC_3.1.0.478 is earlier than UC_3.4"),
        ("firmware > 2.2.16", "firmware UC_3.1.0.478 is later than 2.2.16 (different release trains)"),
        ("firmware in-range (UC_3.1, UC_3.2)", "firmware UC_3.1.0.478 is between UC_3.1 and UC_3.2"),
        ("firmware starts-with UC_3.2", "firmware UC_3.1.0.478 does not begin with UC_3.2"),
        ("user_agent ~ AUDC*", 'User-Agent "AUDC IPPhone" is like AUDC*'),
        ("via_proxy = yes", "the phone is not behind a proxy"),
        ("now in mon-fri@08:00-18:00", "time fri@18:30 is not within mon-fri@08:00-18:00"),
        ("mac in (0,1,2,3,4,5,6)", "MAC address 00:90:8f:12:34:56 begins with 0, 1, 2, 3, 4 or 2 more"),
    ],
)
def test_condition_has_its_sentence(text: str, sentence: str) -> None:
    trace = traced(text)

    assert [row.sentence for row in trace.rows] == [sentence]
    assert trace.reasons == (sentence,)


def test_fact_that_cannot_be_understood_is_quoted() -> None:
    trace = trace_tree(
        parse("ip in 10.0.0.0/8 and mac in 00", VOCABULARY), KnownFacts({"ip": "phone.acme.com"})
    )

    assert [row.sentence for row in trace.rows] == [
        'IP address not known yet: "phone.acme.com" cannot be understood',
        "MAC address not known yet: nothing has said it",
    ]


def test_every_condition_is_asked_in_the_order_in_which_it_is_written() -> None:
    trace = traced("user ~ sales-* and model = 405 and not (firmware >= UC_3 or ip in 10.0.0.0/8)")

    assert [(row.field, row.verdict, row.is_exception) for row in trace.rows] == [
        ("user", None, False),
        ("model", False, False),
        ("firmware", True, True),
        ("ip", True, True),
    ]
    assert trace.verdict is False


def test_row_says_what_was_wanted_and_found() -> None:
    (row, missing) = traced("ip in 10.1.0.0/16 and user = anna").rows

    assert (row.operator, row.wanted, row.found) == ("in", ("10.1.0.0/16",), "10.2.3.4")
    assert (missing.wanted, missing.found) == (("anna",), "")


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("model = 405 and ip in 10.1.0.0/16", ["model 450HD"]),
        ("model = 450HD and ip in 10.2.0.0/16", ["model 450HD", "IP address"]),
        ("model = 405 or ip in 10.1.0.0/16", ["model 450HD", "IP address"]),
        ("model = 405 or ip in 10.2.0.0/16", ["IP address"]),
        ("user = anna and model = 405", ["model 450HD"]),
        ("model = 450HD and user = anna", ["user name"]),
        ("not (model = 405 or ip in 10.2.0.0/16)", ["excepted, because IP address"]),
        ("not (model = 450HD and user = anna)", ["user name"]),
    ],
)
def test_reasons_are_the_conditions_that_decide(text: str, fields: list[str]) -> None:
    reasons = traced(text).reasons

    assert len(reasons) == len(fields)
    for reason, beginning in zip(reasons, fields, strict=True):
        assert reason.startswith(beginning)
