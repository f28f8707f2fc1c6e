"""The menu at the left: what the account may open, in the groups of the manual, and which of them are unfolded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, request

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
    """A link of the menu."""

    label: str
    address: str
    icon: str


@dataclass(frozen=True)
class MenuGroup:
    """A group of the menu with the entries that the account may open."""

    label: str
    entries: Sequence[MenuEntry]

    @property
    def name(self) -> str:
        """The group in the cookie and in ids: ``users-devices``."""
        return "-".join(self.label.lower().replace("&", " ").split())

    @property
    def is_said_by_its_entry(self) -> bool:
        """Whether its one entry has the name of the group, so that there is nothing to fold."""
        return [entry.label for entry in self.entries] == [self.label]


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
    """Where a page stands: the part and the group around its entry, and the entry."""

    part: str
    group: MenuGroup
    entry: MenuEntry

    @property
    def names(self) -> Sequence[str]:
        """The names around the entry, the widest first, without one that the entry says itself."""
        return [name for name in dict.fromkeys((self.part, self.group.label)) if name != self.entry.label]


def menu_of_request() -> Sequence[MenuPart]:
    """Return the menu for the account that asks, without groups in which it may open nothing.

    It is put together once for each set of rights that the program itself defines, which cannot change while it runs.
    What concerns all tenants stays there while one is chosen, and says so itself.
    """
    rights = current_app.extensions["appbuilder"].sm.known_rights()
    return _menu() if rights is None else _menu_of(rights, request.root_path)


def place_in(menu: Sequence[MenuPart]) -> Place | None:
    """Return where the page of this request stands; None for pages beside the menu."""
    path = request.path
    own = next((start for start in _PAGES_OF_THEIR_OWN if path.startswith(start)), None)
    for part in menu:
        for group in part.groups:
            for entry in group.entries:
                if entry.address == own or (own is None and _is_of(path, entry.address)):
                    return Place(part.label, group, entry)
    return None


def unfolded_groups(menu: Sequence[MenuPart], place: Place | None) -> frozenset[str]:
    """Return the names of the groups whose entries show: those that the person unfolded, and that around the page."""
    wanted = request.cookies.get(UNFOLDED, _UNFOLDED_AT_FIRST).split(".")
    names = {group.name for part in menu for group in part.groups}
    return frozenset(names.intersection(wanted) | ({place.group.name} if place else set()))


@lru_cache(maxsize=64)
def _menu_of(_rights: Any, _below: str) -> Sequence[MenuPart]:
    """Return the menu of who has these rights; ``_below`` is the path at which the program is mounted."""
    return _menu()


def _menu() -> Sequence[MenuPart]:
    """Put the menu together for the account that asks."""
    parts: list[tuple[str, list[MenuGroup]]] = []
    for item in current_app.extensions["appbuilder"].menu.get_list():
        entries = _entries(item)
        if not entries:
            continue
        label = SETUP if item.label in _BENEATH_SETUP else item.label
        if not parts or parts[-1][0] != label:
            parts.append((label, []))
        parts[-1][1].append(MenuGroup(item.label, entries))
    return tuple(MenuPart(label, tuple(groups)) for label, groups in parts)


def _entries(category: Any) -> Sequence[MenuEntry]:
    may_open = current_app.extensions["appbuilder"].sm.has_access_to_all
    return tuple(
        MenuEntry(item.label, item.get_url(), item.icon)
        for item in category.childs
        if may_open("can_list", item.name)
    )


def _is_of(path: str, address: str) -> bool:
    """Whether a page belongs to the entry with this address."""
    return path.startswith(address.removesuffix("list/")) or (
        address in _PAGES_OF and path.startswith(_PAGES_OF[address])
    )
