"""Checks that the pages of a built site load nothing from another host.

Usage: python -m tools.check_site FOLDER

Ends with exit code 1 and one sentence for each fault. Links that a reader follows may lead anywhere.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

# What a browser fetches by itself, by element.
_FETCHED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "img": ("src", "srcset"),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "video": ("src", "poster"),
}
# Relations of a <link> that fetch nothing.
_NAMED_ONLY = {"author", "canonical", "copyright", "help", "index", "license", "next", "prev", "search"}
_FETCHED_BY_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""")


class _Fetches(HTMLParser):
    """Collects the addresses that a browser fetches for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and set((values.get("rel") or "").split()) <= _NAMED_ONLY:
            return
        self.addresses += [values[name] or "" for name in _FETCHED.get(tag, ()) if name in values]
        self.addresses += _FETCHED_BY_STYLE.findall(values.get("style") or "")


def faults(folder: Path) -> Iterator[str]:
    """Yield a sentence for each address of another host that a page or a style sheet below a folder fetches."""
    for page in sorted(folder.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        fetches = _Fetches()
        fetches.feed(text)
        for address in (*fetches.addresses, *_FETCHED_BY_STYLE.findall(text)):
            if urlsplit(address.strip()).netloc:
                yield f"{page.relative_to(folder)} loads {address} from another host."
    for sheet in sorted(folder.rglob("*.css")):
        for address in _FETCHED_BY_STYLE.findall(sheet.read_text(encoding="utf-8")):
            yield f"{sheet.relative_to(folder)} loads {address} from another host."


if __name__ == "__main__":
    if found := list(faults(Path(sys.argv[1]))):
        sys.exit("\n".join(found))
