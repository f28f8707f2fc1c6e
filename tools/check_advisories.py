"""Asks OSV.dev, where it can be reached, which libraries of the lock files have known weaknesses.

Ends with exit code 1 and one sentence for each of them. Where OSV.dev cannot be reached it says so and ends with 0: who
has no network goes on (docs/decisions/0075). https://google.github.io/osv.dev/post-v1-querybatch/ has the format.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from urllib.request import Request, urlopen

from tools.check_lock_files import LOCKS, pins_of

SERVICE = "https://api.osv.dev/v1/querybatch"
PATIENCE_SECONDS = 5
ACCEPTED: Mapping[str, str] = {}
"""Weaknesses that cannot reach an installation, by their id, with the reason."""


class NotAskedError(Exception):
    """The service could not be asked; says why."""


def locked() -> list[tuple[str, str]]:
    """Return each library of all lock files with each of its versions."""
    pins = {
        (name, version)
        for lock in LOCKS.values()
        for name, versions in pins_of(lock).items()
        for version in versions
    }
    return sorted(pins)


def weaknesses(libraries: list[tuple[str, str]], service: str = SERVICE) -> Iterator[str]:
    """Yield a sentence for each library with weaknesses that are known and not accepted; NotAskedError."""
    for (name, version), known in zip(libraries, _asked(libraries, service), strict=True):
        ids = [each for each in known if each not in ACCEPTED]
        if ids:
            yield f"{name} {version} has known weaknesses: {', '.join(ids)} (https://osv.dev/{ids[0]})."


def _asked(libraries: list[tuple[str, str]], service: str) -> list[list[str]]:
    """Return the ids of what is known of each library."""
    queries = [
        {"package": {"ecosystem": "PyPI", "name": name}, "version": version} for name, version in libraries
    ]
    content = json.dumps({"queries": queries}).encode()
    # S310 warns of addresses that are files: this one is SERVICE, or a server of the tests.
    asked = Request(service, content, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urlopen(asked, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310
            found = [[each["id"] for each in one.get("vulns", ())] for one in json.load(answer)["results"]]
    except (OSError, HTTPException) as error:
        raise NotAskedError(str(error)) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise NotAskedError("it answers something else") from error
    if len(found) != len(libraries):
        raise NotAskedError("it answers something else")
    return found


def main(service: str = SERVICE) -> int:
    """Ask about all lock files and say what was found; return the exit code."""
    try:
        found = list(weaknesses(locked(), service))
    except NotAskedError as why:
        _say(f"Nobody was asked about known weaknesses of libraries: OSV.dev cannot be reached ({why}).")
        return 0
    if not found:
        return 0
    _say(
        *found,
        "Take versions without them (`make lock`), or say in tools/check_advisories.py why they are accepted.",
    )
    return 1


def _say(*sentences: str) -> None:
    sys.stdout.write("".join(f"{sentence}\n" for sentence in sentences))


if __name__ == "__main__":
    sys.exit(main())
