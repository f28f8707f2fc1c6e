"""Checks, without the network, that the lock files are in step with the lists they were made from.

Ends with exit code 1 and one sentence for each fault; `make lock` mends them.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = {
    "requirements.in": "requirements.lock",
    "requirements-dev.in": "requirements-dev.lock",
    "requirements-compiled.in": "requirements-compiled.lock",
}

PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[a-z0-9.]+)( ; [^@]+)? \\")
# An address, an option or a path of the machine that wrote the lock would match none of these.
OTHER_LINE = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?| *#( +[\w.():-]+)*")

Pins = dict[str, set[str]]


def listed(file: str) -> Iterator[Requirement]:
    """Yield the requirements that a list names, those of a list it takes in with `-r` included."""
    for line in (ROOT / file).read_text().splitlines():
        if line.startswith("-r "):
            yield from listed(line.removeprefix("-r "))
        elif line and not line.startswith(("#", "-c ")):
            yield Requirement(line)


def pins_of(lock: str) -> Pins:
    """Return the versions that a lock pins, by the canonical name of the library."""
    pins: Pins = {}
    for line in (ROOT / lock).read_text().splitlines():
        if pin := PIN.fullmatch(line):
            pins.setdefault(canonicalize_name(pin["name"]), set()).add(pin["version"])
    return pins


def strange_lines(lock: str) -> Iterator[str]:
    """Yield a fault for each line that is neither an exact pin, nor a hash, nor a plain comment."""
    for number, line in enumerate((ROOT / lock).read_text().splitlines(), start=1):
        if not (PIN.fullmatch(line) or OTHER_LINE.fullmatch(line)):
            yield f"{lock}, line {number} is neither an exact pin, nor a hash, nor a comment: {line.strip()}"


def unmet_requirements(file: str, lock: str) -> Iterator[str]:
    """Yield a fault for each requirement of a list that its lock does not satisfy."""
    pins = pins_of(lock)
    for requirement in listed(file):
        versions = pins.get(canonicalize_name(requirement.name), set())
        if not versions or not all(requirement.specifier.contains(version) for version in versions):
            pinned = ", ".join(sorted(versions)) or "nothing"
            yield f"{file} asks for {requirement}, and {lock} pins {pinned}."


def differing_pins() -> Iterator[str]:
    """Yield a fault for each library of the runtime that the development environment has differently."""
    development = pins_of("requirements-dev.lock")
    for name, versions in pins_of("requirements.lock").items():
        if development.get(name) != versions:
            yield f"requirements.lock and requirements-dev.lock do not pin the same {name}."


def faults() -> Iterator[str]:
    """Yield every fault of the lock files, as sentences."""
    for file, lock in LOCKS.items():
        yield from strange_lines(lock)
        yield from unmet_requirements(file, lock)
    yield from differing_pins()


if __name__ == "__main__":
    if found := list(faults()):
        sys.exit("\n".join([*found, "`make lock` writes the lock files anew."]))
