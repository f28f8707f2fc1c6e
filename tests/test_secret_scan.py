"""What `make check` takes for a secret in a file of the project, and what it lets pass."""

import subprocess
import sys

import pytest

from tools.check_secrets import ROOT, secrets_in

# Put together here, so that this file itself holds none.
SECRETS = {
    "a private key": "-----BEGIN PRIVATE" + " KEY-----\nMIGHAgEAMBMGByqGSM49AgEG",
    "a key of Amazon Web Services": "key = 'AKIA" + "IOSFODNN7EXAMPLE'",
    "a token of GitHub": "ghp" + "_" + "a1B2" * 9,
    "a JSON Web Token": ".".join(("eyJ" * 5, "eyJzdWIiOiIxMjM0NTY3", "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P")),
    "a token of our own REST API": "rmt" + "_0123456789abcdef_" + "k" * 43,
    "a password in an address": "postgresql://ringmaster:" + "hunter2x@db.acme-phones.de/ringmaster",
}


@pytest.mark.parametrize("name", SECRETS)
def test_it_is_found_with_its_line(name: str) -> None:
    assert list(secrets_in(f"first\n{SECRETS[name]}\nlast\n".encode())) == [(2, name)]


@pytest.mark.parametrize(
    "text",
    [
        "postgresql+psycopg://user:password@host/database",
        "https://user:" + "secret@phones.example.com/",
        f"token = '{SECRETS['a token of our own REST API']}'  # made up",
        "--hash=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "-----BEGIN PUBLIC KEY-----\nMIGHAgEAMBMGByqGSM49AgEG",
    ],
)
def test_what_is_made_up_or_none_passes(text: str) -> None:
    assert list(secrets_in(text.encode())) == []


def test_no_file_of_the_project_holds_one() -> None:
    ended = subprocess.run(
        [sys.executable, "tools/check_secrets.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
