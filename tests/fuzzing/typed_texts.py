"""The rows of the table for what people type into the forms of pages and into the REST API."""

import contextlib
from collections.abc import Callable

from app.errors import InvalidInputError
from app.phone_api.guesses import source_of
from app.rendering import manager_urls, placeholders
from app.rendering.dhcp_option import fill_dhcp_option
from app.rendering.features import FEATURES, feature_lines
from app.rendering.option_template import ovr_values, with_ovr_lines
from app.rendering.user_keys import UserKeys
from app.rendering.user_keys import checked as checked_keys
from app.rules import api_tokens, given_reasons, phone_forms
from app.rules.alarms.wire import find_alarm_type, severity_from_wire
from app.rules.conditions.fields import FIELDS
from app.rules.conditions.operators import find_operator
from app.rules.gates import parse_limit
from app.rules.neighbours import are_neighbours
from app.rules.phone_book import attributes_in, attributes_shown_by
from app.rules.phone_subnets import size_of, subnet_of
from app.rules.rule_kinds import form_values
from app.rules.telnet import read_commands
from app.rules.waves import parse_steps
from tests.fuzzing.parser import of_text
from tests.fuzzing.rule_forms import RULE_FORMS


def _each(*orders: Callable[[], object]) -> None:
    """Do all of these, also where one of them refuses the text."""
    for order in orders:
        with contextlib.suppress(InvalidInputError):
            order()


def _read_values(text: str) -> None:
    find_operator(text)
    for field in FIELDS.values():
        _each(lambda kind=field.type: kind.read(text), lambda kind=field.type: kind.comparable(text))


def _read_alarm(text: str) -> None:
    find_alarm_type(text)
    severity_from_wire(text)


def _read_form(text: str) -> None:
    values = {"field": text.split("\n")}
    _each(
        lambda: form_values.time(values, "field"),
        lambda: form_values.dates(values, "field"),
        lambda: form_values.windows(values, "field"),
        lambda: form_values.zone(values, "field"),
        lambda: form_values.number(values, "field", least=0, most=9),
        lambda: form_values.text(values, "field", most=80),
        lambda: form_values.ids(values, "field", {1: "Acme"}, "tenant"),
    )


def _read_subnet(text: str) -> None:
    address, _, mask = text.partition("\n")
    subnet = subnet_of(address, mask)
    if subnet:
        size_of(subnet)
    are_neighbours(address, mask)
    source_of(address)


def _read_boot_file(text: str) -> None:
    names, _, rest = text.partition("\n")
    _each(
        lambda: phone_forms.read_type(names),
        lambda: phone_forms.check_boot_file([names], phone_forms.read_names(names, "T46S"), rest, "T46S"),
    )


def _read_feature(text: str) -> None:
    _each(*(lambda one=one: one.checked(text) for feature in FEATURES.values() for one in feature.inputs))
    given = dict(line.partition("=")[::2] for line in text.split("\n"))
    for feature in FEATURES.values():
        feature_lines(feature, given)


def _read_resiliency(text: str) -> None:
    address, _, rest = text.partition("\n")
    port, _, template = rest.partition("\n")
    ovr_values(with_ovr_lines(template, address, port))


def _read_public_url(text: str) -> None:
    url, _, template = text.partition("\n")
    fill_dhcp_option(template, manager_urls.manager_urls(url), None)


_DAYS = "\n".join(f"{one.parameter}={one.usual}" for one in FEATURES["daylight"].inputs)


TYPED = (
    of_text("the values of a condition", [
        "00908f", "15m", "3", "major", "sales-*", "UC_3.4", "mon-fri@08:00-18:00", "yes", "in",
        "10.1.0.0/16", "AudioCodes",
    ], _read_values),
    of_text("an alarm's name and severity", ["IPPHONE REGISTRATION FAILURE", "5", "clear"], _read_alarm),
    of_text("fields of a rule's form", [
        "2026-12-24T18:00", "2026-12-24T18:00:00+02:00", "2026-12-25, 2026-12-26", "mon-fri@08:00-18:00",
        "Europe/Berlin", "7",
    ], _read_form),
    of_text("address and mask of a phone", ["10.1.2.3\n255.255.255.0", "2001:db8::7\n/64", "::ffff:10.1.2.3\n24"],
            _read_subnet),
    of_text("a boot file", ["{mac}.boot\noverwrite_mode = 1", "text/xml; charset=utf-8\n"], _read_boot_file),
    of_text("networks of a token", ["10.1.0.0/16, 10.2.0.7"], api_tokens.read_networks),
    of_text("waves of a roll-out", ["5 %, 25 %, 100 %", "10, 100, rest"], parse_steps),
    of_text("the limit of a gate", ["3", "5 %"], parse_limit),
    of_text("a reason", ["The phone was moved, \u00e9"], given_reasons.checked_reason),
    of_text("a note as a reason", ["They moved, \u00e9", "one\ntwo"], given_reasons.reason_in),
    of_text("commands for Telnet", ["show mac\nshow status"], read_commands),
    of_text("the name of a placeholder", ["P_Door_PIN", "a"], placeholders.check_name),
    of_text("the address of this server", ["phones.example.com:8081", "10.0.0.7", "[2001:db8::1]:80"],
            manager_urls.check_host),
    of_text("the input of a feature", ["1", "10.1.2.3", "ntp.example.com", "Europe", _DAYS], _read_feature),
    of_text("One Voice Resiliency", ["10.1.2.3\n5060\nprovisioning/method=STATIC"], _read_resiliency),
    of_text("the public URL", ["https://phones.example.com:8443\n<HTTP_OR_S>://<IP_ADDRESS>/a", "http://10.1.2.3\n"],
            _read_public_url),
    of_text("attributes of a directory", ["sn, givenName telephoneNumber"],
            lambda text: (attributes_in(text), attributes_shown_by(text))),
    RULE_FORMS,
    of_text("keys as they are kept", ["personal_settings/functional_key/1/key_label=Bob"],
            lambda text: checked_keys(UserKeys.read(1, text).lines)),
)  # fmt: skip
