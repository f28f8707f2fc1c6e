"""Fails where a file of the project holds what looks like a real secret: `make check` asks it of all files in Git.

It looks for forms that say what they are (keys, tokens of known services and of our own, addresses with a password),
not for anything random: lock files are full of that. A line that has to hold one, made up, says `made up`.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_LARGEST_BYTES = 4 * 1024 * 1024
# Each begins with a few fixed letters, by which it is found fast.
_FORMS = {
    "a private key": rb"PRIVATE KEY-----\s*(?:\\n)?[A-Za-z0-9+/]{20}",
    "a key of Amazon Web Services": rb"A(?:KIA|SIA)[0-9A-Z]{16}\b",
    "a token of GitHub": rb"gh[pousr]_[A-Za-z0-9]{36}",
    "a fine-grained token of GitHub": rb"github_pat_[A-Za-z0-9_]{60}",
    "a token of GitLab": rb"glpat-[A-Za-z0-9_-]{20}",
    "a token of Slack": rb"xox[abprs]-[0-9A-Za-z-]{20}",
    "a key of Google": rb"AIza[0-9A-Za-z_-]{35}",
    "a key of Stripe": rb"k_live_[0-9A-Za-z]{20}",
    "a token of a package index": rb"pypi-[A-Za-z0-9_-]{50}",
    "a JSON Web Token": rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20}",
    "a token of our own REST API": rb"rmt_[0-9a-f]{16}_[A-Za-z0-9_-]{43}",
    "a password in an address": rb"://[^/\s:@\"'{}<>%]{1,64}:[^/\s@\"'{}<>]{4,64}@[a-z0-9-]+\.[a-z]",
}
_MADE_UP = re.compile(rb"made up|\bexample\.(?:com|org|net)\b|\.invalid\b", re.IGNORECASE)


def secrets_in(content: bytes) -> Iterator[tuple[int, str]]:
    """Yield the number of each line that holds what looks like a secret, and what it looks like."""
    for name, form in _FORMS.items():
        for found in re.finditer(form, content):
            line = content[content.rfind(b"\n", 0, found.start()) + 1 :].partition(b"\n")[0]
            if not _MADE_UP.search(line):
                yield content.count(b"\n", 0, found.start()) + 1, name


def main() -> int:
    """Look into all files that Git has or would take; return the exit code."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    found = [
        f"{name}:{line}: this looks like {form}. Take it out, and change it wherever it is used.\n"
        for name in filter(None, names.split("\0"))
        for line, form in secrets_in(_content(ROOT / name))
    ]
    sys.stderr.writelines(found)
    return 1 if found else 0


def _content(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > _LARGEST_BYTES:
        return b""
    content = path.read_bytes()
    return b"" if b"\0" in content[:8192] else content


if __name__ == "__main__":
    sys.exit(main())
