"""The template of ``dhcpoption160.cfg``: what may stand in it, and the lines of OVR (manual 4.5.1, 11)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.errors import InvalidInputError
from app.rendering import overlay_lines
from app.rendering.manager_urls import check_address
from app.rendering.one_line import line_feeds_only
from app.rendering.secret_parameters import SYSTEM_PAIR, is_secret_parameter

MOST_BYTES = 16 * 1024
PROXY_MARKER = "<PROXY_IP_ADDRESS>"
_MARKERS = {"<IP_ADDRESS>", PROXY_MARKER, "<HTTP_OR_S>"}
_marker = re.compile(r"<[^<>\s]*>")
_METHOD = "provisioning/method"
_KEEP_ALIVE = "ems_server/keep_alive_period"
_OVR_ADDRESS = "lync/sign_in/fixed_outbound_proxy_address"
_OVR_PORT = "lync/sign_in/fixed_outbound_proxy_port"
_OVR_SWITCH = "lync/sign_in/use_hosting_outbound_proxy"
_HIGHEST_OVR_PORT = 10_000
_MISSED = {
    _KEEP_ALIVE: "phones report as often as they are set to",
    "ems_server/provisioning/url": "phones do not report here",
    "provisioning/configuration/url": "phones do not find their configuration files",
    "provisioning/firmware/url": "phones do not find firmware",
    "ems_server/user_name": "phones do not sign their reports",
    "ems_server/user_password": "phones do not sign their reports",
}


@dataclass(frozen=True, slots=True)
class OptionLine:
    """A line that gives a parameter a value, and its number from 1."""

    number: int
    parameter: str
    value: str


def check_option_template(template: str, *, is_for_proxy: bool) -> list[str]:
    """Refuse a template that phones would come to grief with, and return a sentence for each thing that is odd.

    InvalidInputError names the line.
    """
    if len(template.encode()) > MOST_BYTES:
        raise InvalidInputError(f"The template is too long: it may have {MOST_BYTES} bytes.")
    lines = list(_lines(template))
    for line in lines:
        _check_markers(line, is_for_proxy=is_for_proxy)
        _check_range(line)
    _check_method(lines)
    return list(_doubts(lines))


def with_ovr_lines(template: str, address: str, port: str) -> str:
    """Return the template with the three lines of One Voice Resiliency (manual 11), in place of those it has.

    ``address`` and ``port`` are those of the SBC for sign-in.
    """
    check_address(address)
    if not port.isascii() or not port.isdecimal() or not 1 <= int(port[:6]) <= _HIGHEST_OVR_PORT:
        raise InvalidInputError(f"{port[:20]!r} is no port for this; give 1 to {_HIGHEST_OVR_PORT}.")
    ours = {_OVR_ADDRESS: address, _OVR_PORT: str(int(port)), _OVR_SWITCH: "1"}
    kept = [
        line for line in line_feeds_only(template).rstrip("\n").split("\n") if _parameter(line) not in ours
    ]
    return "\n".join([*kept, *(f"{name}={value}" for name, value in ours.items())]) + "\n"


def ovr_values(template: str) -> tuple[str, str]:
    """Return the address and the port that a template has for One Voice Resiliency, each empty where it has none."""
    values = {
        _parameter(line): line.partition("=")[2].strip() for line in line_feeds_only(template).split("\n")
    }
    return values.get(_OVR_ADDRESS, ""), values.get(_OVR_PORT, "")


def _lines(template: str) -> Iterator[OptionLine]:
    for number, line in enumerate(line_feeds_only(template).split("\n"), start=1):
        text = line.strip(" \t\ufeff")
        if not text or text.startswith((";", "include ")):
            continue
        try:
            yield OptionLine(number, *overlay_lines.parse_line(text))
        except InvalidInputError as error:
            raise InvalidInputError(f"Line {number}: {error}") from error


def _check_markers(line: OptionLine, *, is_for_proxy: bool) -> None:
    unknown = [marker for marker in _marker.findall(line.value) if marker not in _MARKERS]
    if unknown:
        known = ", ".join(sorted(_MARKERS))
        raise InvalidInputError(
            f"Line {line.number}: nothing stands for {unknown[0][:40]!r}; there are {known}."
        )
    if PROXY_MARKER in line.value and not is_for_proxy:
        raise InvalidInputError(
            f"Line {line.number}: {PROXY_MARKER} belongs in the file for phones behind the SBC proxy. "
            "Here <IP_ADDRESS> stands for this server."
        )


def _check_range(line: OptionLine) -> None:
    highest = {_KEEP_ALIVE: 300, _OVR_PORT: _HIGHEST_OVR_PORT}.get(line.parameter)
    if highest is None:
        return
    if not (
        line.value.isascii() and line.value.isdecimal() and len(line.value) < 7 and int(line.value) <= highest
    ):
        raise InvalidInputError(
            f"Line {line.number}: {line.parameter} takes a whole number from 0 to {highest}."
        )


def _check_method(lines: list[OptionLine]) -> None:
    methods = [line for line in lines if line.parameter == _METHOD]
    wrong = next((line for line in methods if line.value.upper() != "STATIC"), None)
    if wrong:
        raise InvalidInputError(
            f"Line {wrong.number}: {_METHOD} has to stay STATIC, or phones restart for ever."
        )
    if not methods:
        raise InvalidInputError(f"The line {_METHOD}=STATIC is missing: without it phones restart for ever.")


def _doubts(lines: list[OptionLine]) -> Iterator[str]:
    last: Mapping[str, OptionLine] = {line.parameter: line for line in lines}
    for parameter, consequence in _MISSED.items():
        if parameter not in last:
            yield f"There is no line {parameter}: {consequence}."
    for line in lines:
        if last[line.parameter] is not line:
            counts = last[line.parameter].number
            yield f"Line {line.number}: {line.parameter} is given again in line {counts}, which counts."
        if line.parameter == _KEEP_ALIVE and int(line.value) > 60:
            yield f"Line {line.number}: phones that report less than once an hour may seem disconnected."
        if line.parameter == "outbound_proxy_address":
            yield f"Line {line.number}: phones know this parameter as {_OVR_ADDRESS}."
        if is_secret_parameter(line.parameter) and f"{line.parameter}={line.value}" not in SYSTEM_PAIR:
            yield f"Line {line.number}: every phone that asks is given this secret, whoever it is."


def _parameter(line: str) -> str:
    return line.partition("=")[0].strip()
