"""Every page there is, found in the map of addresses, with what a person of any ability needs of each."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, product
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from playwright.sync_api import Error, Page, Request
from sqlalchemy.orm import Session

from tests.browser.company import Company
from tests.views.test_url_map import OPEN, address_of, screens
from tests.views.world import ACME_MAC, World, make_world

THEMES = ("light", "dark")
WIDTHS = {1440: 900, 1024: 768, 360: 740}
"""The widths that pages are looked at in, each with a height."""


class Look(NamedTuple):
    """How a page is shown."""

    theme: str
    width: int


LOOKS = tuple(Look(theme, width) for theme, width in product(THEMES, WIDTHS))

AS_THEY_ARE_USED = (
    "/alarms/history/?kind=alarms+and+events",
    "/devices-status/?tenant=Acme&sort=status",
    "/devices-status/?q=nothing-like-it",
    "/templates-mapping/?tenant=Acme",
    "/users/?q=anna",
    f"/users/?q={ACME_MAC}",
    "/users/multiple/?action=passwords",
    "/sites/add?tenant=2",
    "/sites/list/?q=nothing-like-it",
    "/phone-models/recognise?user_agent=Fanvil",
    "/devices/0123456789ab/",
)
"""Addresses with arguments, whose pages look different."""

PLACES_BESIDE_THE_WORLD = {"Initech": ("Austin", "Leeds"), "Umbrella": ("Oslo", "Turin")}
PHONES = 120
PARTS = 10
"""Into how many tests the pages are divided, half of them in each of two files."""

_RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_RULES_OF_LOOKS = {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]}
"""What depends on the theme and the width."""
_FOR_A_FILE = ("Download is starting", "ERR_ABORTED")
_GRAVE = ("serious", "critical")

_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

# What is wider than its place, and neither scrolls there nor ends in an ellipsis, lies upon its neighbours or is cut
# off. What a script draws gets a moment to fit itself to the window.
_STICKING_OUT = """async () => {
  const styleOf = (e) => getComputedStyle(e);
  const scrolls = (e) => ["auto", "scroll"].includes(styleOf(e).overflowX);
  const mayScroll = (e) => e !== document.body && (scrolls(e) || (e.parentElement && mayScroll(e.parentElement)));
  const isMeant = (e) =>
    e.closest("svg, i, .sr-only, select, textarea, input") || styleOf(e).textOverflow === "ellipsis";
  const sticksOut = (e) =>
    e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1 && e.checkVisibility() && !isMeant(e) && !mayScroll(e);
  const found = () => [...document.querySelectorAll("body *")].filter(sticksOut);
  for (let moment = 0; moment < 20 && found().length; moment++) await new Promise((go) => setTimeout(go, 50));
  return found().map((e) => `${e.scrollWidth - e.clientWidth} pixels: ${e.outerHTML.slice(0, 160)}`);
}"""

# A label must be one of a field.
_MISLABELLED = """() => [...document.querySelectorAll("label:not(.swagger-ui *)")]
  .filter((label) => !label.control).map((label) => label.outerHTML.slice(0, 120))"""

# Focus that comes by script is shown like focus that comes by keyboard, where the last thing used was the keyboard.
_WITHOUT_VISIBLE_FOCUS = """() => {
  const shown = (e) => e.checkVisibility({ visibilityProperty: true });
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
  const unseen = [];
  for (const stop of stops) {
    if (stop.disabled || stop.type === "hidden" || !shown(stop)) continue;
    stop.focus({ preventScroll: true, focusVisible: true });
    if (document.activeElement !== stop) continue;
    const style = getComputedStyle(stop);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    if (!ring && style.boxShadow === "none") unseen.push(stop.outerHTML.slice(0, 120));
  }
  document.activeElement?.blur();
  return unseen;
}"""


def make_walked(session: Session) -> World:
    """Fill an installed database: a row for every address, and a company beside them that fills lists."""
    world = make_world(session)
    company = Company(session)
    sites = company.add_sites(PLACES_BESIDE_THE_WORLD, first=3)
    for number in range(PHONES):
        company.add_phone(number, sites[number % len(sites)])
    return world


def addresses(app: Flask, world: World) -> Sequence[str]:
    """Return every address that can be opened; some answer with a part of a page, a file, or a way on."""
    of_the_map = {
        address_of(rule, world)
        for rule in screens(app)
        if "GET" in rule.methods and rule.endpoint not in OPEN
    }
    return sorted({*of_the_map, *AS_THEY_ARE_USED})


@dataclass(frozen=True)
class Walked:
    """Where the company is served, and the addresses of all its pages."""

    origin: str
    addresses: Sequence[str]

    def part(self, number: int) -> Sequence[tuple[str, Look]]:
        """Return the addresses of one of PARTS parts, all much alike; each with a look, which take turns."""
        return list(zip(self.addresses, cycle(LOOKS), strict=False))[number::PARTS]


@dataclass
class Walk:
    """One window in which an administrator goes from page to page: ``faults`` of the ``pages`` that were seen."""

    page: Page
    walked: Walked
    pictures: Path | None = None
    faults: list[str] = field(default_factory=list)
    pages: int = 0

    def __post_init__(self) -> None:
        self.pictures = _folder_of_pictures()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._note("script", str(error)))
        self.page.on("request", self._see)

    def visit(self, address: str, look: Look, *others: Look) -> None:
        """Open an address; if it is a whole page, judge it in one look, and how it looks in others, too."""
        page = self.page
        self.address = address
        self._look(*look)
        if not self._opens_a_page():
            return
        self.pages += 1
        self._judge_structure()
        page.evaluate(AXE_SCRIPT)
        self._ask_axe(_RULES)
        self._take_picture()
        for other in others:
            self._look(*other)
            self._ask_axe(_RULES_OF_LOOKS)
            self._take_picture()
        self._judge_widths(look.theme)

    def _judge_structure(self) -> None:
        page = self.page
        page.keyboard.press("Tab")
        headings = page.locator("h1:visible").all_inner_texts()
        if len(headings) != 1:
            self._note("headings", f"has {len(headings)} h1: {headings}")
        for stop in page.evaluate(_WITHOUT_VISIBLE_FOCUS):
            self._note("focus", f"is not seen on {stop}")
        for label in page.evaluate(_MISLABELLED):
            self._note("label", f"is of no field: {label}")

    def _judge_widths(self, theme: str) -> None:
        for width in WIDTHS:
            self._look(theme, width)
            beyond = self.page.evaluate(_SIDEWAYS)
            if beyond > 0:
                self._note("width", f"is {beyond} pixels wider than a window of {width}")
            for part in self.page.evaluate(_STICKING_OUT):
                self._note("width", f"in a window of {width} something sticks out of its place by {part}")

    def _opens_a_page(self) -> bool:
        try:
            answer = self.page.goto(self.address)
        except Error as error:
            if any(words in error.message for words in _FOR_A_FILE):
                return False
            raise
        if answer is None or answer.status >= 500:
            self._note("answer", "is an error")
        is_led_on = answer is not None and answer.request.redirected_from is not None
        is_html = "html" in self.page.evaluate("document.contentType")
        return is_html and not is_led_on and bool(self.page.evaluate("document.doctype !== null"))

    def _look(self, theme: str, width: int) -> None:
        self.looked_at = Look(theme, width)
        self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        self.page.evaluate("scrollTo(0, 0)")

    def _ask_axe(self, rules: dict[str, Any]) -> None:
        options = json.dumps({"resultTypes": ["violations"], "runOnly": rules})
        found = self.page.evaluate(f"axe.run(document, {options}).then((found) => found.violations)")
        for violation in found:
            if violation["impact"] in _GRAVE:
                for text in _told(violation):
                    self._note(f"axe ({self.looked_at.theme}, {self.looked_at.width})", text)

    def _take_picture(self) -> None:
        if not self.pictures:
            return
        name = self.address.strip("/").replace("/", "_").replace("?", "__") or "start"
        theme, width = self.looked_at
        file = self.pictures / f"{name}.{width}.{theme}.png"
        self.page.screenshot(path=file, animations="disabled", full_page=width == 360)

    def _hear(self, message: Any) -> None:
        # An address that answers that it is not there may say so; the message comes when the next one is open already.
        asked = message.location["url"].removeprefix(self.walked.origin)
        # For parts of pages, which name no icon, the browser looks for one by itself.
        is_known = asked in self.walked.addresses or asked == "/favicon.ico"
        is_about_the_answer = is_known and "the server responded" in message.text
        if message.type == "error" and not is_about_the_answer:
            self._note("console", message.text)

    def _see(self, request: Request) -> None:
        host = urlsplit(request.url)
        if (
            host.scheme in ("http", "https", "ws", "wss")
            and f"{host.scheme}://{host.netloc}" != self.walked.origin
        ):
            self._note("network", f"asks {request.url}")

    def _note(self, kind: str, text: str) -> None:
        self.faults.append(f"{self.address}: {kind}: {text}")


def _told(violation: dict[str, Any]) -> Iterator[str]:
    for node in violation["nodes"][:4]:
        yield f"{violation['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][:300]}"


def _folder_of_pictures() -> Path | None:
    """Return where pictures of all pages are kept, if RINGMASTER_PAGE_PICTURES names a folder."""
    wanted = os.environ.get("RINGMASTER_PAGE_PICTURES")
    if not wanted:
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
