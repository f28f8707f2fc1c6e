"""The menu at the left: what the account may open, in the groups of the manual, and which of them are unfolded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, request

from app.views import tenant_choice

SETUP = "Setup"
_BENEATH_SETUP = ("Setup", "Users & Devices", "Phones Configuration", "Rules", "System")
"""The groups of Setup (manual 2.2); the first has no name of its own, and its entries always show."""

UNFOLDED = "unfolded"
"""The cookie with the groups that the person has unfolded, set by static/ringmaster/shell.js."""
_UNFOLDED_AT_FIRST = "monitor"

_PAGES_OF = {"/devices-status/": "/devices/"}
"""Addresses of the menu, and where the pages of one of their rows are, if not beneath."""

_PAGES_OF_THEIR_OWN = ("/devices/multiple/", "/users/multiple/")
"""Addresses of the menu that lie beneath those of another entry."""


@dataclass(frozen=True)
class MenuEntry:
    """A link of the menu; ``is_current`` for the one whose pages this page belongs to."""

    label: str
    address: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class MenuGroup:
    """A group of the menu with the entries that the account may open."""

    label: str
    entries: Sequence[MenuEntry]
    unfolded_groups: Sequence[str]

    @property
    def name(self) -> str:
        """The group in the cookie and in ids: ``users-devices``."""
        return "-".join(self.label.lower().replace("&", " ").split())

    @property
    def current(self) -> MenuEntry | None:
        """The entry that the page belongs to."""
        return next((entry for entry in self.entries if entry.is_current), None)

    @property
    def is_said_by_its_entry(self) -> bool:
        """Whether its one entry has the name of the group, so that there is nothing to fold."""
        return [entry.label for entry in self.entries] == [self.label]

    @property
    def is_unfolded(self) -> bool:
        """Whether its entries show: those around the page always do."""
        return self.current is not None or self.name in self.unfolded_groups


@dataclass(frozen=True)
class MenuPart:
    """Groups that stand together below a heading, or one group alone."""

    label: str
    groups: Sequence[MenuGroup]

    @property
    def is_one_group(self) -> bool:
        """Whether the part is its one group, with nothing to tell apart."""
        return self.label != SETUP

    @property
    def plain(self) -> Sequence[MenuGroup]:
        """The groups whose entries stand below the heading itself: its own, and any of one entry that says the same."""
        return [group for group in self.groups if group.label == self.label or group.is_said_by_its_entry]

    @property
    def folding(self) -> Sequence[MenuGroup]:
        """The groups that fold."""
        return (
            self.groups if self.is_one_group else [group for group in self.groups if group not in self.plain]
        )


@dataclass(frozen=True)
class Place:
    """Where a page stands: the names of the groups around its entry, the widest first, and the entry."""

    groups: Sequence[str]
    entry: MenuEntry


def menu_of_request() -> Sequence[MenuPart]:
    """Return the menu for the account that asks, without groups in which it may open nothing."""
    unfolded = request.cookies.get(UNFOLDED, _UNFOLDED_AT_FIRST).split(".")
    parts: list[tuple[str, list[MenuGroup]]] = []
    for item in current_app.extensions["appbuilder"].menu.get_list():
        entries = _entries(item)
        if not entries:
            continue
        group = MenuGroup(item.label, entries, unfolded)
        label = SETUP if item.label in _BENEATH_SETUP else item.label
        if not parts or parts[-1][0] != label:
            parts.append((label, []))
        parts[-1][1].append(group)
    return [MenuPart(label, groups) for label, groups in parts]


def place_in(menu: Sequence[MenuPart]) -> Place | None:
    """Return where the page of this request stands; None for pages beside the menu."""
    for part in menu:
        for group in part.groups:
            if group.current:
                names = dict.fromkeys((part.label, group.label))
                return Place([name for name in names if name != group.current.label], group.current)
    return None


def _may_open(page: str) -> bool:
    """Whether the menu has a page: what concerns all tenants stays there while one is chosen, and says so itself."""
    security = current_app.extensions["appbuilder"].sm
    allows = security.has_access if tenant_choice.chosen() is None else security.has_access_to_all
    allowed: bool = allows("can_list", page)
    return allowed


def _entries(category: Any) -> Sequence[MenuEntry]:
    return [
        MenuEntry(item.label, address, item.icon, _is_current(address))
        for item in category.childs
        if _may_open(item.name)
        for address in [_address_of(item, request.root_path)]
    ]


@lru_cache(maxsize=512)
def _address_of(item: Any, _below: str) -> str:
    """Return the address of an entry, built once; ``_below`` is the path at which the program is mounted."""
    address: str = item.get_url()
    return address


def _is_current(address: str) -> bool:
    own = next((start for start in _PAGES_OF_THEIR_OWN if request.path.startswith(start)), None)
    if own is not None:
        return address == own
    return any(
        request.path.startswith(start)
        for start in (address.removesuffix("list/"), _PAGES_OF.get(address))
        if start
    )
