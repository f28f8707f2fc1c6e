"""The command line: its words turned into options and into what to do with the fleet."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import Path

from simulator.options import Connections, Options, TrainMix
from simulator.scenarios import SCENARIOS

DESCRIPTION = (
    "Boot phones that behave like real ones, against the manager that a DHCP option-160 string leads to."
)
EPILOG = (
    "A scenario is a set of the other options; any of them given beside it wins. Shares lie between 0 and 1."
)
COMMAND_WORDS = ("duration", "until", "json_file", "acknowledged_file", "is_quiet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What was asked: the fleet, how many seconds it lives, and where the figures go."""

    options: Options
    duration: float | None = None
    until: str = ""
    json_file: Path | None = None
    acknowledged_file: Path | None = None
    is_quiet: bool = False


def read(arguments: Sequence[str]) -> Command:
    """Turn arguments into a command; exits as command lines do on ``--help`` and on words it cannot read.

    Raises InvalidOptionError when the words can be read and not followed.
    """
    given = vars(_parser().parse_args(arguments))
    scenario = given.pop("scenario", "steady")
    words = {name: given.pop(name) for name in COMMAND_WORDS if name in given}
    keeps = {"keeps_acknowledged": "acknowledged_file" in words}
    return Command(options=Options(**{**SCENARIOS[scenario], **keeps, **given}), **words)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description=DESCRIPTION,
        epilog=EPILOG,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    _add_fleet(parser.add_argument_group("the fleet"))
    _add_way(parser.add_argument_group("the way to the manager"))
    _add_conduct(parser.add_argument_group("what the phones do"))
    _add_faults(parser.add_argument_group("what goes wrong"))
    _add_command(parser.add_argument_group("the run"))
    return parser


def _add_fleet(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--url", required=True, help="the DHCP option-160 string")
    group.add_argument("--phones", type=int, help="how many (10)")
    group.add_argument("--seed", type=int, help="same seed, same phones and choices (1)")
    group.add_argument("--mac-start", help="first MAC; the others follow it (00908f000001)")
    group.add_argument("--models", type=_models, help="models with weights, such as 450HD:5,430HD:3")
    group.add_argument("--train", type=TrainMix, choices=list(TrainMix), help="firmware (uc)")
    group.add_argument(
        "--network",
        dest="networks",
        action="append",
        type=_network,
        help="network of the phones' addresses; may be given more than once (10.1.0.0/16)",
    )
    group.add_argument("--domain", help="domain of the people's names (example.com)")


def _add_way(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--rest-url", help="where reports go, whatever the files say")
    group.add_argument(
        "--header",
        dest="headers",
        action="append",
        type=_header,
        help="'Name: value' for every request; <IP>, <MAC> and <MODEL> are filled in",
    )
    group.add_argument(
        "--connections",
        type=Connections,
        choices=list(Connections),
        help="one connection per errand, per request, or shared ones (errand)",
    )
    group.add_argument(
        "--web-port", type=int, help="port of each phone's web pages, at its own address (none)"
    )
    group.add_argument(
        "--telnet-port", type=int, help="port of each phone's command line, at its own address (none)"
    )
    group.add_argument("--own-addresses", action="store_true", help="connect from each phone's own address")
    group.add_argument("--concurrency", type=int, help="phones on the line at once (100)")
    group.add_argument("--timeout", type=_seconds, help="seconds to wait for an answer (30)")
    group.add_argument("--retry-pause", type=_seconds, help="mean seconds before another try (1)")
    group.add_argument("--ca-file", type=Path, help="authorities to trust for https")
    group.add_argument(
        "--insecure", dest="verifies_certificates", action="store_false", help="trust any certificate"
    )


def _add_conduct(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--scenario", choices=list(SCENARIOS), help="a ready-made set of options (steady)")
    group.add_argument("--boot-over", type=_seconds, help="seconds over which the first boots are spread")
    group.add_argument(
        "--period", type=_seconds, help="seconds between reports, instead of the file's minutes"
    )
    group.add_argument(
        "--poll", dest="poll_every", type=_seconds, help="seconds between looks while waiting for a file (10)"
    )
    group.add_argument(
        "--check", dest="check_every", type=_seconds, help="seconds between looks for another file"
    )
    group.add_argument("--reboot-time", type=_seconds, help="seconds a restart takes (3)")
    group.add_argument("--stay", type=_seconds, help="mean seconds until a person signs out (never)")
    group.add_argument("--away", type=_seconds, help="mean seconds until the return (never)")
    group.add_argument("--shared-desks", type=float, help="share of returns in which another person signs in")
    group.add_argument("--keys-per-hour", type=float, help="speed dials that each person sets (0)")
    group.add_argument("--no-sign-in", dest="signs_in", action="store_false", help="nobody signs in")
    group.add_argument(
        "--open-registrar", action="store_true", help="generic phones register without an account"
    )
    group.add_argument(
        "--post-files", dest="posts_for_files", action="store_true", help="POST for the first file"
    )
    group.add_argument(
        "--download-firmware",
        dest="downloads_firmware",
        action="store_true",
        help="load an image of another version whole and restart with it",
    )


def _add_faults(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--alarms-per-hour", type=float, help="alarms of each phone (0)")
    group.add_argument("--alarm-time", type=_seconds, help="seconds until an alarm is cleared (60)")
    group.add_argument("--vanish", type=float, help="share that falls silent without a word (0)")
    group.add_argument(
        "--keeps-firmware", type=float, help="share that comes back from an upgrade with its old version (0)"
    )
    group.add_argument(
        "--dies-of-firmware", type=float, help="share that does not come back from an upgrade (0)"
    )
    group.add_argument("--fails-to-register", type=float, help="share whose registration fails (0)")
    group.add_argument("--unreachable", type=float, help="share whose pages take no connection (0)")
    group.add_argument("--slow", type=float, help="share whose pages answer late (0)")
    group.add_argument("--slowness", type=_seconds, help="seconds by which they are late (3)")
    group.add_argument("--malformed", type=float, help="share that sends broken JSON once per boot (0)")
    group.add_argument(
        "--trailing-commas", type=float, help="share that writes JSON with the faults of real senders (0.3)"
    )


def _add_command(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--duration", type=float, help="seconds to run (until interrupted)")
    group.add_argument(
        "--until",
        choices=["registered"],
        help="end when every phone is registered with its personal file; exit 1 if --duration passes first",
    )
    group.add_argument("--json", dest="json_file", type=Path, help="write the figures into this file")
    group.add_argument(
        "--acknowledged",
        dest="acknowledged_file",
        type=Path,
        help="write every answered report into this file, a line of JSON each",
    )
    group.add_argument(
        "--quiet", dest="is_quiet", action="store_true", help="no line of progress each second"
    )


def _seconds(text: str) -> timedelta:
    seconds = float(text)
    if not 0 <= seconds <= 10**8:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds")
    return timedelta(seconds=seconds)


def _network(text: str) -> IPv4Network:
    try:
        return IPv4Network(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; write it as 10.1.0.0/16") from error


def _models(text: str) -> list[tuple[str, int]]:
    weighted = []
    for part in text.split(","):
        name, _, weight = part.strip().partition(":")
        if weight and not weight.isdecimal():
            raise argparse.ArgumentTypeError(f"{part} is not a model with a weight, such as 450HD:5")
        weighted.append((name, int(weight or 1)))
    return weighted


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon:
        raise argparse.ArgumentTypeError(f"{text} is not a header; write it as 'Name: value'")
    return name.strip(), value.strip()
