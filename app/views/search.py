"""The search of everything in the top bar: what it finds while one types, and its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose

from app.security.roles import ALARMS, DEVICES_STATUS, FIRMWARE, SITES, TEMPLATES, TENANTS, USERS
from app.services.devices_status.words import clean_text
from app.services.global_search import searching
from app.services.global_search.found import FoundOfKind, Kind, Words, words_of
from app.views.list_arguments import MOST_CHARACTERS_OF_WORDS
from app.views.shell import may, shell_of_request
from app.views.web_session import db

SHOWN_OF_A_KIND = 10
SUGGESTED_OF_A_KIND = 4
MOST_SUGGESTIONS = 12


@dataclass(frozen=True, slots=True)
class KindOnPage:
    """How a kind is shown: whose page lists it, what one and several are called, and where they are."""

    page: str
    word: str
    title: str
    icon: str
    one: str
    all: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of a kind; ``all`` is the address of the list with all of it, where there is more."""

    title: str
    icon: str
    rows: Sequence[Mapping[str, str]]
    all: str


KINDS = {
    Kind.PHONE: KindOnPage(
        DEVICES_STATUS, "Phone", "Phones", "fa-phone-volume", "/devices/{}/", "/devices-status/"
    ),
    Kind.USER: KindOnPage(USERS, "User", "Users", "fa-users", "/users/show/{}", "/users/"),
    Kind.ALARM: KindOnPage(ALARMS, "Alarm", "Active alarms", "fa-bell", "/alarms/{}/", "/alarms/"),
    Kind.TENANT: KindOnPage(
        TENANTS, "Tenant", "Tenants", "fa-building", "/tenants/show/{}", "/tenants/list/"
    ),
    Kind.SITE: KindOnPage(SITES, "Site", "Sites", "fa-location-dot", "/sites/show/{}", "/sites/list/"),
    Kind.TEMPLATE: KindOnPage(
        TEMPLATES, "Template", "Templates", "fa-file-code", "/templates/show/{}", "/templates/"
    ),
    Kind.FIRMWARE: KindOnPage(
        FIRMWARE, "Firmware", "Firmware", "fa-microchip", "/firmware/show/{}", "/firmware/"
    ),
}


class SearchView(BaseView):
    """For everybody who is signed in: it finds what the account's role and tenants let it list, and nothing else."""

    route_base = "/search"
    default_view = "list"

    @expose("/")
    def list(self) -> ResponseReturnValue:
        """Show all that was found, by kind; a whole MAC address leads to its phone."""
        words = _words()
        found = _search(words, at_most=SHOWN_OF_A_KIND, is_thorough=True)
        exact = _phone_of_mac(words, found)
        if exact is not None:
            return redirect(exact)
        groups = [group for group in (_pages(words), *(_group(one, words) for one in found)) if group]
        return render_template("ringmaster/search.html", title="Search", words=words.text, groups=groups)

    @expose("/suggestions")
    def suggestions(self) -> ResponseReturnValue:
        """Return the first of what is found while somebody types, each with its address."""
        words = _words()
        found = _search(words, at_most=SUGGESTED_OF_A_KIND, is_thorough=False)
        rows = [row for one in found for row in _rows(one)]
        pages = _pages(words)
        if pages is not None:
            rows.extend(dict(row) for row in pages.rows[:SUGGESTED_OF_A_KIND])
        return jsonify(sorted(rows, key=lambda row: not row.get("exact"))[:MOST_SUGGESTIONS])


def _words() -> Words:
    return words_of(clean_text(request.args.get("q", "")[:MOST_CHARACTERS_OF_WORDS]))


def _search(words: Words, *, at_most: int, is_thorough: bool) -> Sequence[FoundOfKind]:
    kinds = [kind for kind, shown in KINDS.items() if may("can_list", shown.page)]
    return searching.search(db.session(), words, kinds, at_most=at_most, is_thorough=is_thorough)


def _phone_of_mac(words: Words, found: Sequence[FoundOfKind]) -> str | None:
    """Return the address of the phone that has just this MAC address, written in whatever notation."""
    phones = [thing for one in found if one.kind is Kind.PHONE for thing in one.things]
    is_known = words.mac is not None and any(phone.key == words.mac for phone in phones)
    return KINDS[Kind.PHONE].one.format(words.mac) if is_known else None


def _group(found: FoundOfKind, words: Words) -> Group:
    shown = KINDS[found.kind]
    more = f"{shown.all}?{urlencode({'q': words.text})}" if found.has_more else ""
    return Group(shown.title, shown.icon, _rows(found), more)


def _rows(found: FoundOfKind) -> list[dict[str, str]]:
    shown = KINDS[found.kind]
    return [
        {
            "value": thing.title,
            "label": thing.title,
            "note": thing.note,
            "kind": shown.word,
            "address": shown.one.format(quote(thing.key, safe="")),
            **({"exact": "yes"} if thing.is_exact else {}),
        }
        for thing in found.things
    ]


def _pages(words: Words) -> Group | None:
    """Return the pages of the menu whose names have the words."""
    if not words.text:
        return None
    rows = [
        {
            "value": entry.label,
            "label": entry.label,
            "note": group.label,
            "kind": "Go to",
            "address": entry.address,
        }
        for part in shell_of_request().menu
        for group in part.groups
        for entry in group.entries
        if words.folded in entry.label.casefold()
    ]
    return Group("Pages", "fa-arrow-right", rows, "") if rows else None
