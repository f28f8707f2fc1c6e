import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from sphinx.cmd.build import build_main

from tests.documentation.pages import BESIDE, DOCS, ROOT, anchors_of, in_navigation, links_of, pages
from tools.check_site import faults


def test_navigation_names_every_page() -> None:
    outside = set(pages()) - in_navigation(DOCS / "index.md")
    assert not outside, f"name these in a toctree: {sorted(str(page.relative_to(DOCS)) for page in outside)}"


def test_links_lead_to_files_and_headings_that_are_there() -> None:
    links = [(page, link) for page in [*pages(), *BESIDE] for link in links_of(page)]
    dead = [f"{page.relative_to(ROOT)}: {link}" for page, link in links if _is_dead(page, link)]
    assert dead == []


def _is_dead(page: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not (target.exists() and target.is_relative_to(ROOT)):
        return True
    return bool(parts.fragment) and parts.fragment not in anchors_of(target)


def test_pictures_are_taken_by_browser_tests_and_shown() -> None:
    pictures = set((DOCS / "pictures").iterdir())
    shown = {(page.parent / link).resolve() for page in [*pages(), *BESIDE] for link in links_of(page)}
    assert pictures - shown == set()
    tests = "".join(test.read_text() for test in (ROOT / "tests" / "browser").rglob("*.py"))
    assert {picture.stem for picture in pictures if f'"{picture.stem}"' not in tests} == set()


def test_built_page_loads_nothing_from_another_host(tmp_path: Path) -> None:
    source, site = tmp_path / "docs", tmp_path / "site"
    source.mkdir()
    shutil.copy(DOCS / "conf.py", source)
    (source / "index.md").write_text("# Only page\n\nWith [a link](https://example.com/) and `code`.\n")
    assert build_main(["-q", "-W", str(source), str(site)]) == 0
    assert "Only page" in (site / "index.html").read_text()
    assert list(faults(site)) == []


@pytest.mark.parametrize(
    "element",
    [
        '<script src="https://cdn.example.com/a.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.com/a.css">',
        '<img src="http://example.com/a.png">',
        '<style>@import "https://example.com/a.css";</style>',
        '<p style="background: url(https://example.com/a.png)">',
    ],
)
def test_page_that_loads_from_another_host_is_named(tmp_path: Path, element: str) -> None:
    (tmp_path / "page.html").write_text(element)
    assert any(fault.startswith("page.html loads ") for fault in faults(tmp_path))


def test_links_to_follow_and_files_of_the_site_are_no_faults(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<a href="https://example.com/">x</a><link rel="canonical" href="https://example.com/"><img src="a.png">'
    )
    assert list(faults(tmp_path)) == []
