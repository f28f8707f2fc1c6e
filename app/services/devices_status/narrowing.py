"""Words and addresses that few phones have are looked up first, where an index knows them (PostgreSQL)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.models import Device, DeviceStatus, PhoneSearch, PhoneUser
from app.security.tenant_scope import scope_of
from app.services.bulk_rows import is_one_of
from app.services.devices_status.conditions import Condition, conditions_of
from app.services.devices_status.filters import Filters
from app.services.devices_status.words import find_part_of_mac
from app.services.few_found import find_few
from app.services.text_search import has_words, names_user

_FIELDS = ("user", "number", "mac", "ip")
_OF_OWNERS = ("", "user")
_SHORTEST_SURE_WORD = 2
"""A single hex digit is looked for in names and numbers, and in no MAC address."""


def narrowed(session: Session, filters: Filters, *, row_by_row: bool = False) -> list[Condition]:
    """Return what has to hold for a phone to match, as ``conditions_of`` does.

    Where few phones come into question by the first of the words that says so, these are named beside it, and all
    else is asked of them alone.
    """
    for statements in _looked_up(session, filters):
        macs = find_few(session, statements)
        if macs is not None:
            return [is_one_of(session, DeviceStatus.mac, macs), *conditions_of(filters, row_by_row=True)]
    return conditions_of(filters, row_by_row=row_by_row)


def surely(session: Session, filters: Filters) -> list[Condition]:
    """Return what is enough for a phone to match and is answered by its own texts alone, without those of its owner.

    Nothing where that cannot be said so: on SQLite, and for words of a single field.
    """
    words = filters.words
    if session.get_bind().dialect.name != "postgresql" or not words:
        return []
    if any(word.field or len(word.text) < _SHORTEST_SURE_WORD for word in words):
        return []
    has_all = (has_words(word.text) for word in words)
    is_found = DeviceStatus.mac.in_(select(PhoneSearch.mac).where(*has_all))
    return [is_found, *conditions_of(replace(filters, q=""))]


def _looked_up(session: Session, filters: Filters) -> Iterator[Sequence[Select[Any]]]:
    """Yield for each text statements that find at least all phones that match."""
    asked = [(name, getattr(filters, name)) for name in _FIELDS]
    asked += [(word.field, word.text) for word in filters.words if word.field in ("", "model", *_FIELDS)]
    for field, text in asked:
        if field == "ip" and "/" in text:
            yield [_in_subnet(text)]
        elif text:
            yield list(_with_words(session, field, text))
    if filters.several:
        yield [_of_users_with_several_phones()]


def _with_words(session: Session, field: str, text: str) -> Iterator[Select[Any]]:
    has_text = has_words(text, find_part_of_mac(text))
    if scope_of(session).is_everything:
        yield select(PhoneSearch.mac).where(has_text)
    else:  # what many phones have may be little among those of some tenants
        yield select(DeviceStatus.mac).join(PhoneSearch, PhoneSearch.mac == DeviceStatus.mac).where(has_text)
    if field in _OF_OWNERS:
        yield (
            select(DeviceStatus.mac)
            .join(Device, Device.id == DeviceStatus.device_id)
            .join(PhoneUser, PhoneUser.id == Device.phone_user_id)
            .where(names_user(text))
        )


def _in_subnet(text: str) -> Select[Any]:
    subnet = ip_network(text)
    bounds = int(subnet.network_address), int(subnet.broadcast_address)
    return select(PhoneSearch.mac).where(PhoneSearch.ip_number.between(*bounds))


def _of_users_with_several_phones() -> Select[Any]:
    """Count the devices of users once: PostgreSQL would have each process that helps it count them all."""
    owners = select(Device.phone_user_id).where(Device.phone_user_id.is_not(None))
    several = owners.group_by(Device.phone_user_id).having(func.count() > 1).cte("several")
    several = several.prefix_with("MATERIALIZED", dialect="postgresql")
    return (
        select(DeviceStatus.mac)
        .join(Device, Device.id == DeviceStatus.device_id)
        .where(Device.phone_user_id.in_(select(several.c.phone_user_id)))
    )
