"""The pages of the documentation as Markdown: what they link to, their headings, and the navigation."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# Read in the repository; the site takes some of them in.
BESIDE = tuple(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"))


def pages() -> list[Path]:
    """Return the pages of the site."""
    return sorted(DOCS.rglob("*.md"))


@cache
def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def links_of(page: Path) -> list[str]:
    """Return where the links and pictures of a page lead to."""
    inside = [child for token in _tokens(page) for child in token.children or ()]
    leading = [token for token in inside if token.type in ("link_open", "image")]
    return [str(token.attrs.get("href") or token.attrs["src"]) for token in leading]


def code_in_paragraphs(page: Path) -> list[list[str]]:
    """Return what each paragraph, item and cell of a page has in code's letters, where it has any, without blocks."""
    inside = [
        [child.content for child in token.children or () if child.type == "code_inline"]
        for token in _tokens(page)
    ]
    return [paragraph for paragraph in inside if paragraph]


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as the repository's view and the site make them."""
    tokens = _tokens(page)
    anchors: set[str] = set()
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in content.children or ())
            slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            anchors.add(next(name for name in _numbered(slug) if name not in anchors))
    return anchors


def _numbered(slug: str) -> list[str]:
    return [slug, *(f"{slug}-{number}" for number in range(1, 100))]


def in_navigation(page: Path) -> set[Path]:
    """Return all pages that the navigation of a page leads to, those of the pages it names included."""
    found = {page}
    for token in _tokens(page):
        if token.type == "fence" and token.info == "{toctree}":
            entries = [entry for entry in token.content.split() if not entry.startswith(":")]
            named = {below for entry in entries for below in page.parent.glob(f"{entry}.md")}
            found |= named.union(*map(in_navigation, named))
    return found
