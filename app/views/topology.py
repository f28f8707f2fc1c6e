"""Network Topology (manual 6.2): tenants, sites, subnets, external addresses and phones, drawn and as a table."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from werkzeug.wrappers import Response

from app.rules.mac_addresses import parse_mac
from app.rules.phone_subnets import size_of
from app.security.roles import TOPOLOGY
from app.security.tenant_scope import scope_of
from app.services.fleet_counts.kinds import NOT_REGISTERED
from app.services.fleet_counts.shares import NONE
from app.services.topology.nodes import Branch, Node, branch, count
from app.services.topology.phones import phones_of
from app.services.topology.places import BY, Level, Place
from app.services.topology.subnets import fullest
from app.views import fresh_parts
from app.views.kept_figures import keep
from app.views.web_session import db

_PAGE = "/topology/"
_LIST = "/devices-status/"
_NEARLY_FULL_PERCENT = 80
_NOTHING = {
    Level.TENANT: "No tenant yet",
    Level.SITE: "No site yet",
    Level.SUBNET: "No address reported",
    Level.EXTERNAL: "Address not known",
}
_PLURALS = {
    Level.TENANT: "tenants",
    Level.SITE: "sites",
    Level.SUBNET: "subnets",
    Level.EXTERNAL: "external addresses",
    Level.PHONE: "phones",
}


class TopologyView(BaseView):
    """Where the phones are."""

    class_permission_name = TOPOLOGY
    route_base = "/topology"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a place of the network."""
        place = Place.from_query(request.args)
        return render_template("ringmaster/topology.html", title="Network Topology", **_shown(place))

    @expose("/figures")
    @has_access
    @permission_name("list")
    def figures(self) -> Response:
        """Return what the page keeps fresh, or 304 where it is what the page has."""
        place = Place.from_query(request.args)
        return fresh_parts.answer("ringmaster/topology_figures.html", lambda: _shown(place))


def _shown(place: Place) -> dict[str, Any]:
    session = db.session()
    scope = scope_of(session)
    shown: dict[str, Any] = {
        "place": place,
        "address": address_of,
        "list_address": list_address,
        "name_of": name_of,
        "plurals": _PLURALS,
        "by": BY,
        "way": [(text if text != NONE else "None", step) for text, step in place.way],
        "size_of": size_of,
        "is_nearly_full": is_nearly_full,
        "nothing": NONE,
    }
    if place.inside is Level.PHONE:
        after = _mac(request.args.get("after", ""))
        found = phones_of(session, place, after=after)
        numbers = keep(scope, ("topology", place), lambda: count(session, place))
        picture = [_phone_box(phone) for phone in found.rows]
        return shown | {
            "branch": numbers,
            "phones": found,
            "picture": picture,
            "fresh": _fresh(place, after=after),
        }
    page = _number(request.args.get("page", ""))
    parts = keep(scope, ("topology", place, page), lambda: branch(session, place, page=page))
    full = (
        []
        if place.inside is Level.SUBNET
        else keep(scope, ("fullest", place), lambda: fullest(session, place))
    )
    return shown | {
        "branch": parts,
        "phones": None,
        "fullest": full,
        "picture": _boxes(place, parts),
        "fresh": _fresh(place, page=page),
    }


def address_of(place: Place, **more: object) -> str:
    """Return the address of the page that shows a place."""
    query = {**place.query, **{name: value for name, value in more.items() if value}}
    return f"{_PAGE}?{urlencode(query)}" if query else _PAGE


def list_address(place: Place, **more: str) -> str:
    """Return the address of Devices Status that lists the phones of a place."""
    query = {**place.names, **more}
    return f"{_LIST}?{urlencode(query)}" if query else _LIST


def name_of(node: Node) -> str:
    """Return what people call a node."""
    return _NOTHING[node.level] if node.name == NONE else node.name


def is_nearly_full(node: Node) -> bool:
    """Whether most addresses of a subnet are used."""
    size = size_of(node.name) if node.name != NONE else 0
    return bool(size) and node.number * 100 >= size * _NEARLY_FULL_PERCENT


def _fresh(place: Place, **more: object) -> str:
    query = {**place.query, **{name: str(value) for name, value in more.items() if value}}
    return f"{_PAGE}figures?{urlencode(query)}"


def _boxes(place: Place, parts: Branch) -> Sequence[dict[str, Any]]:
    boxes = [_box(place, node) for node in parts.nodes]
    rest = parts.number - sum(node.number for node in parts.nodes)
    if rest and parts.page == 1:
        boxes.append({"name": f"{parts.kinds - len(parts.nodes):,} smaller", "value": rest, "kind": "rest"})
    return boxes


def _box(place: Place, node: Node) -> dict[str, Any]:
    here = place.within(node.level, node.name)
    lines = [f"{node.number:,} phones", f"{node.registered:,} registered, {node.percent_registered} %"]
    if node.disconnected:
        lines.append(f"{node.disconnected:,} disconnected")
    is_full = node.level is Level.SUBNET and is_nearly_full(node)
    if is_full:
        lines.append("nearly full")
    inside = [_box(here, one) for one in node.inside]
    rest = node.number - sum(one.number for one in node.inside)
    if inside and rest > 0:
        inside.append({"name": "smaller", "value": rest, "kind": "rest", "href": address_of(here)})
    return {
        "name": name_of(node),
        "value": node.number,
        "kind": _kind(node.percent_registered),
        "lines": lines,
        "href": address_of(here),
        **({"inside": inside} if inside else {}),
        **({"full": True} if is_full else {}),
    }


def _kind(percent: int) -> str:
    return "well" if percent >= 90 else "fair" if percent >= 70 else "poor"


def _phone_box(phone: Any) -> dict[str, Any]:
    status = phone.status.value if phone.status else "unknown"
    details = {
        "MAC": phone.mac,
        "User": phone.titled_user or phone.owner,
        "IP": phone.ip,
        "Model": phone.model,
        "Firmware": phone.firmware_version,
        "Status": status if phone.status else "not reported",
    }
    kind = "not-registered" if phone.status in NOT_REGISTERED else status
    return {
        "name": phone.titled_user or phone.owner or phone.ip or phone.mac,
        "value": 1,
        "kind": kind,
        "lines": [f"{label}: {text}" for label, text in details.items() if text],
        "href": f"/devices/{phone.mac}/",
    }


def _mac(text: str) -> str:
    return parse_mac(text) if text else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 and int(text) else 1
