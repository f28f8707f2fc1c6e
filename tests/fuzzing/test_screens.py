"""No address and no form of the screens fails, or shows what belongs to another tenant or is secret."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import hypothesis
import pytest
from flask import Flask
from hypothesis import strategies as st
from werkzeug.routing import Rule

from tests.fuzzing.answers import COMPANY_SECRET, leaks_in
from tests.fuzzing.mutations import as_text, mutated, nasty_texts
from tests.fuzzing.samples import DESTINATIONS, OPTION_TEMPLATES, PHONE_FILES, REPORTS, TEMPLATES, USER_AGENTS
from tests.views.browsing import Browser, signed_in
from tests.views.test_url_map import address_of, screens
from tests.views.world import GLOBEX_MAC, World

FEW, MANY = 30, 3
"""Requests of all pages together, and of each page."""

LEFT_OUT = {
    "SignInView.logout": "ends the session that the others need",
    "AccountView.end_sessions": "as above",
    "SecondFactorView.begin": "would ask the others for codes",
    "SecondFactorView.confirm": "as above",
    "static": "files that are shipped, and no code of ours",
    "appbuilder.static": "as above",
}
"""Pages that are not tried, and why; each other one is."""

HANDS_OUT_FILES = ("download_file", "DeviceView.show_file", "TemplateTextView", "ConfigurationFileView.edit")
"""Where operators are given files of their phones as they are, secrets and all."""

SHOWN_WITH_SECRETS = ("TemplateView.show",)
"""Where who may see secrets sees what somebody has written into a template; other tenants' names he does not see."""

_fields = re.compile(
    r"<(?:input|select|textarea)\b[^>]*?\bname=\"([^\"]+)\"[^>]*?(?:\bvalue=\"([^\"]*)\")?"
).findall
_files = re.compile(r"<input\b(?=[^>]*\btype=\"file\")[^>]*\bname=\"([^\"]+)\"").findall
_queries = re.compile(r"\?([\w%=&;.+-]+)\"").findall
_TENANT_OF_ANOTHER = "Globex"
_MAC_OF_ANOTHER = "-".join(GLOBEX_MAC[place : place + 2] for place in range(0, 12, 2))
_SAMPLES = (
    *REPORTS,
    *PHONE_FILES,
    *TEMPLATES[:2],
    *(text.encode() for text in (*USER_AGENTS, *DESTINATIONS, *OPTION_TEMPLATES)),
    *(b"mon-fri@08:00-18:00", b"2026-11-29T12:00", b"10.1.0.0/16", b"model = 405"),
)


@dataclass(frozen=True)
class Page:
    """An address, what it is filled in with, and the names that its forms and links send."""

    endpoint: str
    methods: frozenset[str]
    address: str
    parts: tuple[str, ...]
    names: tuple[str, ...]
    values: Mapping[str, str]
    files: tuple[str, ...]


def pages_of(app: Flask, world: World, browser: Browser) -> Sequence[Page]:
    """Return all pages but those that are left out, each looked at once."""
    return [page_of(rule, world, browser) for rule in screens(app) if rule.endpoint not in LEFT_OUT]


def page_of(rule: Rule, world: World, browser: Browser) -> Page:
    """Look at a page."""
    address = address_of(rule, world)
    text = browser.get(address).get_data().decode(errors="replace") if "GET" in (rule.methods or ()) else ""
    values = dict(_fields(text))
    sent = {part.partition("=")[0] for query in _queries(text) for part in re.split("&amp;|&", query)}
    names = sorted({*values, *sent, "page", "sort", "tenant", "q", "change", "next", "id"} - {"csrf_token"})
    parts = tuple(part for part in address.split("/") if part and part not in rule.rule.split("/"))
    methods = frozenset(rule.methods or ())
    return Page(rule.endpoint, methods, address, parts, tuple(names), values, tuple(_files(text)))


@st.composite
def requests_to(draw: st.DrawFn, page: Page) -> tuple[str, str, dict[str, list[Any]]]:
    """Draw a request: method, address with its query, and the fields of a form."""
    address = page.address
    if page.parts and draw(st.integers(0, 3)) == 0:
        part = draw(st.sampled_from(page.parts))
        address = address.replace(part, quote(as_sent(draw(nasty_texts()))[:300], safe=""), 1)
    method = draw(st.sampled_from(("GET", "POST") if "POST" in page.methods else ("GET", "GET", "POST")))
    wanted = draw(st.lists(st.sampled_from(page.names), max_size=6))
    drawn = {
        name: draw(st.lists(texts(page.values.get(name, "")), min_size=1, max_size=2)) for name in wanted
    }
    if method == "GET":
        return method, f"{address}?{urlencode(drawn, doseq=True)[:8000]}", {}
    kept = {name: [text] for name, text in page.values.items()} if draw(st.booleans()) else {}
    fields = {**kept, **{name: [_as_kept(text) for text in given] for name, given in drawn.items()}}
    for name in page.files:
        called = draw(
            st.one_of(nasty_texts().map(as_sent), st.sampled_from(("a.cfg", "users.csv", "a.zip", "405.img")))
        )
        fields[name] = [(io.BytesIO(draw(mutated(_SAMPLES))), called[:300])]
    return method, address, fields


def texts(kept: str) -> st.SearchStrategy[str]:
    """Return what is sent in a field: near what stands there, near anything that is valid somewhere, or nasty."""
    near = mutated([kept.encode(), *_SAMPLES], most_changes=3).map(as_text)
    numbers = st.integers(-2, 400).map(str)
    return st.one_of(
        nasty_texts(), near, numbers, st.sampled_from((kept, _MAC_OF_ANOTHER, _TENANT_OF_ANOTHER, "on", ""))
    ).map(as_sent)


def _as_kept(text: str) -> str:
    """Return what a form sends: what is kept of it, and shown to who typed it, is to be told from another's names."""
    return text.replace(_TENANT_OF_ANOTHER, "Nobodys")


def as_sent(text: str) -> str:
    """Return a text as a browser can send it: a lone surrogate is a replacement character."""
    return text.encode("utf-8", "replace").decode()[:20_000]


def ask_often(browser: Browser, pages: st.SearchStrategy[Page], requests: int, *, hides: bool) -> int:
    """Ask so often, check each answer, and return how often."""
    asked = 0
    token = browser.token()

    def ask(page: Page, data: st.DataObject) -> None:
        nonlocal asked
        asked += 1
        method, address, fields = data.draw(requests_to(page))
        answer = browser.client.open(
            address, method=method, data={**fields, "csrf_token": token} if fields else None
        )
        content = answer.get_data()
        assert answer.status_code < 500 or answer.status_code == 503, (answer.status_code, page.endpoint)
        is_handed_out = page.endpoint.endswith(HANDS_OUT_FILES) or page.endpoint.startswith(HANDS_OUT_FILES)
        if not is_handed_out:
            sent = f"{address} {fields}"
            found = leaks_in(content, sent) if hides else leaks_in(content, sent, words=())
            may_be_there = {COMPANY_SECRET} if page.endpoint in SHOWN_WITH_SECRETS else set()
            assert set(found) <= may_be_there, (page.endpoint, found)

    settings = hypothesis.settings(
        max_examples=requests, database=None, deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck), print_blob=False,
    )  # fmt: skip
    settings(hypothesis.given(page=pages, data=st.data())(ask))()
    return asked


def enter(app: Flask, name: str) -> Browser:
    """Sign in, or look in from outside."""
    return Browser(app) if name == "nobody" else signed_in(app, name)


def test_pages_answer_whatever_they_are_sent(app: Flask, world: World):
    browser = signed_in(app, "olga")
    rules = [rule for rule in screens(app) if rule.endpoint not in LEFT_OUT]
    some = st.sampled_from(rules).map(lambda rule: page_of(rule, world, browser))
    assert ask_often(browser, some, FEW, hides=True) >= FEW


@pytest.mark.acceptance
@pytest.mark.parametrize("name", ["olga", "alice", "nobody"])
def test_every_page_answers_whatever_it_is_sent(app: Flask, world: World, name: str, record_property):
    browser = enter(app, name)
    faults, asked = [], 0
    pages = pages_of(app, world, browser)
    assert {page.endpoint for page in pages} | set(LEFT_OUT) == {rule.endpoint for rule in screens(app)}
    for page in pages:
        if browser.get("/account/").status_code == 302:
            browser = enter(app, name)
        try:
            asked += ask_often(browser, st.just(page), MANY, hides=name in {"olga", "nobody"})
        except (AssertionError, ExceptionGroup) as fault:
            faults.append(f"{page.endpoint}: {fault}")
    record_property("pages", len(pages))
    record_property("requests", f"{asked:,}")
    assert faults == []
