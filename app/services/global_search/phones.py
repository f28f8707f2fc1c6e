"""Phones by MAC address, IP address, phone number, display name, serial number, or who is signed in.

What an index answers is asked first: a whole value of any of these, and the beginning of a MAC address. Only then is
a part looked for anywhere, in one pass over each of the two tables, which ends with the last row that is wanted.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Select, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.models import Device, DeviceStatus, PhoneSearch
from app.rules.addresses import find_address
from app.services.devices_status.phones import Phone, read_phones
from app.services.few_found import among
from app.services.global_search.found import Found, Kind, Words, joined
from app.services.text_search import contains, either, has_words

_BEHIND_HEX_DIGITS = "g"


def find(session: Session, words: Words, *, at_most: int, looks_anywhere: bool) -> list[Found]:
    """Return the first phones, those with exactly these words before the others."""
    exact = _macs(session, list(_exactly(words)), at_most)
    macs = dict.fromkeys(exact)
    if not words.is_surely_mac:
        for statements in _partly(session, words, looks_anywhere=looks_anywhere):
            if len(macs) >= at_most:
                break
            macs |= dict.fromkeys(_macs(session, statements, at_most))
    return _described(session, list(macs)[:at_most], exact)


def _exactly(words: Words) -> Iterator[Select[str]]:
    """Yield statements that an index answers."""
    if words.mac is not None:
        for column in (DeviceStatus.mac, Device.mac):
            yield select(column).where(column == words.mac)
    if words.is_surely_mac:
        return
    address = find_address(words.text)
    if address is not None:
        yield select(DeviceStatus.mac).where(DeviceStatus.ip == str(address))
    for column in (DeviceStatus.phone_number, DeviceStatus.user_name):
        yield select(DeviceStatus.mac).where(column == words.text)


def _partly(session: Session, words: Words, *, looks_anywhere: bool) -> Iterator[Sequence[Select[str]]]:
    """Yield statements that are asked together."""
    if words.digits is not None:
        yield [
            select(column).where(_begins(column, words.digits)).order_by(column)
            for column in (DeviceStatus.mac, Device.mac)
        ]
    if looks_anywhere:
        looked_up = select(PhoneSearch.mac).where(has_words(words.text, words.digits))
        is_one = among(session, DeviceStatus.mac, [looked_up])
        # One after the other: what many phones report is seldom in a device, of which all would be looked through.
        yield [select(DeviceStatus.mac).where(is_one, _is_in_report(words)).order_by(DeviceStatus.mac)]
        yield [select(Device.mac).where(_is_in_device(words)).order_by(Device.mac)]


def _begins(mac: InstrumentedAttribute[str], digits: str) -> ColumnElement[bool]:
    """Compare as an index is ordered, in whatever collation: hex digits come in the same order in all of them."""
    return mac.between(digits, digits + _BEHIND_HEX_DIGITS)


def _is_in_report(words: Words) -> ColumnElement[bool]:
    places = [
        contains(either(DeviceStatus.phone_number, DeviceStatus.user_name), words.text),
        DeviceStatus.ip.contains(words.text, autoescape=True),
    ]
    if words.digits is not None:
        places.append(DeviceStatus.mac.contains(words.digits))
    return or_(*places)


def _is_in_device(words: Words) -> ColumnElement[bool]:
    places = [contains(either(Device.display_name, Device.serial_number), words.text)]
    if words.digits is not None:
        places.append(Device.mac.contains(words.digits))
    return or_(*places)


def _macs(session: Session, statements: Sequence[Select[str]], at_most: int) -> Sequence[str]:
    """Read the first of each of these statements, all of them in one way to the database."""
    parts = [select(statement.limit(at_most).subquery().c[0]) for statement in statements]
    return session.scalars(union_all(*parts)).all()


def _described(session: Session, macs: Sequence[str], exact: Sequence[str]) -> list[Found]:
    reported = {phone.mac: phone for phone in read_phones(session, macs)}
    silent = [mac for mac in macs if mac not in reported]
    names = select(Device.mac, Device.display_name).where(Device.mac.in_(silent))
    named: dict[str, str] = dict(session.execute(names).all()) if silent else {}
    return [
        _of_phone(reported[mac], mac in exact)
        if mac in reported
        else Found(Kind.PHONE, mac, mac, joined(named.get(mac), "never reported"), mac in exact)
        for mac in macs
        if mac in reported or mac in named
    ]


def _of_phone(phone: Phone, is_exact: bool) -> Found:
    who = phone.titled_user or phone.owner
    status = phone.status.value if phone.status else "never reported"
    note = joined(who, phone.phone_number, phone.ip, phone.model, status, phone.tenant)
    return Found(Kind.PHONE, phone.mac, phone.mac, note, is_exact)
