"""The catalogue of alarms and what phones send."""

import pytest

from app.errors import InvalidInputError
from app.models.enums import Severity
from app.rules.alarms.catalogue import ALARM_TYPES
from app.rules.alarms.wire import (
    find_alarm_type,
    is_clear,
    mac_in_source,
    severity_from_wire,
)

ON_THE_WIRE = [
    ("IPPHONE REGISTRATION FAILURE", "IPPhone Register Failure", Severity.CRITICAL, 39),
    ("IPPHONE SURVIVABLE MODE START", "IPPhone Survivable Mode Start", Severity.MAJOR, 40),
    ("IPPHONE LYNC LOGIN FAILURE", "IPPhone Lync Login Failure", Severity.CRITICAL, 41),
    (
        "IPPHONE SPEAKER FIRMWARE DOWNLOAD FAILURE",
        "IPPhone Speaker Firmware Download Failure",
        Severity.MINOR,
        54,
    ),
    (
        "IPPHONE SPEAKER FIRMWARE UPGRADE FAILURE",
        "IPPhone Speaker Firmware Upgrade Failure",
        Severity.MINOR,
        55,
    ),
    (
        "IPPHONE CONFERENCE SPEAKER CONNECTION FAILURE",
        "IPPhone Conference Speaker Connection Failure",
        Severity.MAJOR,
        56,
    ),
    ("IPPHONE GENERAL LOCAL EVENT", "IPPhone General Local Event", Severity.MAJOR, 57),
    (
        "IPPHONE WEB SUCCESSIVE LOGIN FAILED TRIALS",
        "IPPhone Web Successive Login Failure",
        Severity.MAJOR,
        59,
    ),
    ("IPPHONE REQUIRES RESET", "IPPhone Requires Reset", Severity.MINOR, None),
]


@pytest.mark.parametrize(("wire_name", "title", "severity", "number"), ON_THE_WIRE)
def test_wire_name_leads_to_its_type(
    wire_name: str, title: str, severity: Severity, number: int | None
) -> None:
    alarm_type = find_alarm_type(wire_name)

    assert alarm_type is not None
    assert (alarm_type.title, alarm_type.severity, alarm_type.number) == (title, severity, number)


@pytest.mark.parametrize(
    "spelling",
    [
        "IPPhone Lync Login Failure",
        "IP Phone Lync Login Failure",
        "ip phone  lync login failure ",
        "IPPhoneLyncLoginFailure",
    ],
)
def test_every_spelling_leads_to_the_same_type(spelling: str) -> None:
    assert find_alarm_type(spelling) is find_alarm_type("IPPHONE LYNC LOGIN FAILURE")


@pytest.mark.parametrize("name", [kind.title for kind in ALARM_TYPES if kind.is_own])
def test_no_phone_raises_what_only_the_manager_raises(name: str) -> None:
    assert find_alarm_type(name) is None


def test_every_type_says_what_it_means_and_each_alarm_what_to_do() -> None:
    assert all(kind.description for kind in ALARM_TYPES)
    assert [kind.name for kind in ALARM_TYPES if not kind.corrective_action] == ["IPPhoneGeneralLocalEvent"]


def test_event_types_and_causes_are_written_as_in_the_manual() -> None:
    kind = find_alarm_type("IPPHONE WEB SUCCESSIVE LOGIN FAILED TRIALS")
    assert kind is not None
    assert kind.event_type.words == "securityServiceOrMechanismViolation(9)"
    assert kind.cause.words == "unauthorizedAccessAttempt(73)"


@pytest.mark.parametrize("name", ["", "IPPHONE ON FIRE", "88"])
def test_unknown_name_has_no_type(name: str) -> None:
    assert find_alarm_type(name) is None


def test_only_the_general_local_event_is_an_event() -> None:
    assert [alarm_type.name for alarm_type in ALARM_TYPES if alarm_type.is_event] == [
        "IPPhoneGeneralLocalEvent"
    ]


def test_trap_has_the_number_as_its_last_arc() -> None:
    alarm_type = find_alarm_type("IPPHONE REGISTRATION FAILURE")

    assert alarm_type is not None
    assert alarm_type.trap_oid == "1.3.6.1.4.1.5003.9.20.3.2.0.39"


def test_type_without_a_published_number_has_no_trap() -> None:
    assert [alarm_type.name for alarm_type in ALARM_TYPES if alarm_type.trap_oid is None] == [
        "EndpointsBlocked",
        "EndpointServerOverloaded",
        "IPPhoneRequiresReset",
        "PhoneDisconnected",
        "PhoneHeldTooLong",
        "PhoneWithoutTemplate",
        "PhoneDownloadFailure",
        "AlarmDeliveryFailing",
        "SchedulerLate",
        "MacGuessing",
        "CredentialsHeldBack",
    ]


def test_no_number_occurs_twice() -> None:
    numbers = [alarm_type.number for alarm_type in ALARM_TYPES if alarm_type.number is not None]

    assert sorted(set(numbers)) == numbers


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("0", Severity.CLEARED),
        ("clear", Severity.CLEARED),
        ("Cleared", Severity.CLEARED),
        ("1", Severity.INFO),
        ("2", Severity.WARNING),
        ("3", Severity.MINOR),
        ("4", Severity.MAJOR),
        (" 5 ", Severity.CRITICAL),
    ],
)
def test_severity_is_read(text: str, severity: Severity) -> None:
    assert severity_from_wire(text) is severity


@pytest.mark.parametrize("text", ["", "6", "-1", "05", "urgent"])
def test_unknown_severity_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match=f'^"{text}" is no severity; send 0 '):
        severity_from_wire(text)


@pytest.mark.parametrize(
    ("severity", "description", "clear"),
    [
        ("0", "Registration failed", True),
        ("cleared", "", True),
        ("5", " Clear ", True),
        ("5", "cleared", True),
        ("5", "Login was cleared by Alice", False),
        ("5", "0", False),
        ("", "", False),
    ],
)
def test_alarm_is_over_when_the_phone_says_so(severity: str, description: str, clear: bool) -> None:
    assert is_clear(severity, description) is clear


@pytest.mark.parametrize(
    ("source", "mac"),
    [
        ("IPPhone/00908f123456", "00908f123456"),
        ("ipphone/00908F123456", "00908f123456"),
        ("IP Phone/00:90:8f:12:34:56", "00908f123456"),
        ("00908f123456", None),
        ("OC Server", None),
        ("Server/00908f123456", None),
        ("IPPhone/", None),
        ("IPPhone/00908f123456/1", None),
        ("", None),
    ],
)
def test_mac_is_found_in_the_source_of_a_phone(source: str, mac: str | None) -> None:
    assert mac_in_source(source) == mac
