"""The rows of Devices Status: what each column shows of a phone, drawn as the pages of one phone draw it.

A page has a thousand cells and is asked for every few seconds, so that icons are drawn once for each value that
phones report, and rows are put together here and not in a template.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

from flask import current_app
from markupsafe import Markup
from markupsafe import escape as _escape

from app.models.enums import Status
from app.services.devices_status.columns import Column
from app.services.devices_status.phones import Phone
from app.views.times import exact, live_moment_written, zone_of_page

_SHORT = 36
_SHORT_NAME = 40
_is_harmless = re.compile(r"[^&<>'\"]*").fullmatch
_ICONS = 512
"""Values whose icons are kept: what phones say of their headsets is free text."""

Cell = Callable[[Phone, "Drawing"], str]


class Drawing:
    """What all rows of a page have in common: its columns, the zone, and where an approval leads back to.

    ``back`` is the address of the list, encoded; empty where nobody may approve who looks at it. ``may_select`` puts a
    box before each row.
    """

    def __init__(self, columns: Sequence[Column], back: str, *, may_select: bool) -> None:
        self.back = back
        self._may_select = may_select
        self._zone = zone_of_page()
        self._exact: dict[datetime, str] = {}
        self._cells = [(_opening(column), _CELLS.get(column.name) or _plain(column)) for column in columns]

    def exact(self, at: datetime) -> str:
        """Write a time in full: each is in a cell and in what is told on hover."""
        text = self._exact.get(at)
        if text is None:
            text = self._exact[at] = exact(at, self._zone)
        return text

    def row(self, phone: Phone) -> Markup:
        """Return the row of a phone: the box that selects it, its cells, and the button of its menu."""
        cells = "".join([f"{opening}{cell(phone, self)}</td>" for opening, cell in self._cells])
        state = ' class="is-disconnected"' if phone.status is Status.DISCONNECTED else ""
        box = _box(phone.mac) if self._may_select else ""
        return Markup(f"<tr{state}>{box}{cells}{_menu_button(phone)}</tr>")  # noqa: S704  # each cell escapes


def escape(text: str) -> str:
    """Return a text as HTML has it; most are words and numbers that stay as they are."""
    return text if _is_harmless(text) else str(_escape(text))


def _can_of(phone: Phone, host: str | None) -> str:
    """Return what the menu of a row offers for its phone alone, as static/ringmaster/phones.js reads it.

    ``host`` is that of the phone's own pages.
    """
    words = (
        ("approve", phone.is_approvable),
        ("device", phone.device_id is not None),
        ("user", bool(phone.owner)),
        ("web", host is not None),
    )
    return " ".join(word for word, can in words if can)


def _box(mac: str) -> str:
    return (
        f'<td class="select"><input type="checkbox" name="mac" value="{mac}" form="selection" id="pick-{mac}"'
        f' aria-label="Select {mac}"></td>'
    )


def _menu_button(phone: Phone) -> str:
    mac, host = phone.mac, phone.web_host
    of_host = f' data-host="{escape(host)}"' if host else ""
    of_user = f' data-of=" of {escape(phone.user_name)}"' if phone.user_name else ""
    return (
        f'<td class="actions"><a class="icon-button" id="menu-{mac}" href="/devices/{mac}/" role="button"'
        f' aria-haspopup="menu" data-menu="{mac}" data-can="{_can_of(phone, host)}"{of_host}{of_user}'
        f' aria-label="Actions of {mac}"><i class="fa-solid fa-ellipsis-vertical" aria-hidden="true"></i></a></td>'
    )


def _opening(column: Column) -> str:
    return f'<td data-column="{column.name}" data-label="{column.label}">'


def _plain(column: Column) -> Cell:
    value_of = attrgetter(column.attribute)
    if column.is_time:
        return lambda phone, drawing: _time(value_of(phone), drawing)

    def cell(phone: Phone, _drawing: Drawing) -> str:
        text: str = value_of(phone)
        return text if len(text) <= _SHORT and _is_harmless(text) else _short(text, _SHORT)

    return cell


def _short(text: str, length: int) -> str:
    shown = escape(text)
    return shown if len(text) <= length else f'<span title="{shown}">{escape(text[:length])}…</span>'


def _time(at: datetime | None, drawing: Drawing) -> str:
    return live_moment_written(at, drawing.exact(at)) if at else ""


def _status(phone: Phone, drawing: Drawing) -> str:
    """Draw it with what is told on hover and focus: since when, and when the phone was last heard."""
    mark = _mark("ringmaster/ui.html", "status", phone.status)
    tip = escape(_since(phone, drawing))
    cell = f'<span class="tipped" tabindex="0" id="status-{phone.mac}" data-tip="{tip}">{mark}</span>'
    reason = escape(phone.placement_reason)
    if phone.is_blocked:
        cell += f' <span class="chip chip--red" title="{reason}">blocked</span>'
    if phone.is_approvable and drawing.back:
        address = f"/devices/{phone.mac}/approve?next={drawing.back}"
        return (
            f'{cell} <a class="btn btn-primary btn-sm approve" id="approve-{phone.mac}" href="{address}"'
            f' title="{reason}">Approve<span class="sr-only"> {phone.mac}</span></a>'
        )
    if phone.is_pending:
        cell += f' <span class="chip chip--yellow" title="{reason}">waiting</span>'
    return cell


def _since(phone: Phone, drawing: Drawing) -> str:
    if phone.status_changed_at is None:
        return "It asked for a file and has not reported."
    heard = drawing.exact(phone.seen_at) if phone.seen_at else "unknown"
    since = drawing.exact(phone.status_changed_at)
    return f"{(phone.status or 'unknown').capitalize()} since {since}\nLast contact {heard}"


def _user(phone: Phone, _drawing: Drawing) -> str:
    if phone.user_name or not phone.owner:
        return _short(phone.titled_user, _SHORT_NAME)
    told = f"Nobody is signed in; the phone belongs to {phone.owner}"
    return f'<span class="muted owner" title="{escape(told)}">{_short(phone.owner, _SHORT_NAME)}</span>'


def _mac(phone: Phone, _drawing: Drawing) -> str:
    return f'<a class="mac" id="phone-{phone.mac}" href="/devices/{phone.mac}/">{phone.mac}</a>'


def _ip(phone: Phone, _drawing: Drawing) -> str:
    if not phone.is_behind_proxy:
        return escape(phone.ip)
    behind = {"is_behind_proxy": True, "external_ip": phone.external_ip}
    return f"{escape(phone.ip)} {_phone_mark('proxy', **behind)}"


def _model(phone: Phone, _drawing: Drawing) -> str:
    if not phone.usb_headset:
        return escape(phone.model)
    return f"{escape(phone.model)} {_phone_mark('usb', usb_headset=phone.usb_headset)}"


def _btoe(phone: Phone, _drawing: Drawing) -> str:
    return _phone_mark("btoe", btoe_status=phone.btoe_status) if phone.btoe_status else ""


def _phone_mark(macro: str, **said: Any) -> str:
    return _mark("ringmaster/phone_marks.html", macro, *sorted(said.items()))


@lru_cache(_ICONS)
def _mark(template: str, macro: str, *of: Any) -> str:
    """Draw with a macro; of a phone it is told only what it looks at, as pairs of name and value."""
    draw = getattr(current_app.jinja_env.get_template(template).module, macro)
    said: dict[str, Any] = dict(pair for pair in of if isinstance(pair, tuple))
    return str(draw(SimpleNamespace(**said) if said else of[0]))


_CELLS: Mapping[str, Cell] = {
    "status": _status,
    "user": _user,
    "mac": _mac,
    "ip": _ip,
    "model": _model,
    "btoe": _btoe,
}
