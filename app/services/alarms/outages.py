"""Outages: many phones of a group with the same alarm become one alarm of the group, and the others are held.

Where phones raise alarms only the group of each is noted. Whether a group is an outage is found out here, every few
seconds and by one process, because two that write alarms at once do not see each other's; until then what may be part
of one waits to be told.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.database import table_of
from app.models import Alarm, DeviceStatus, Outage
from app.models.enums import AlarmDeed, ClearedBy, SourceKind
from app.rules.alarm_rules.asked import all_rules
from app.rules.alarm_rules.outcomes import LEAST_PHONES, Correlate, GroupedBy
from app.rules.alarms.in_memory import Raised
from app.rules.ordered.rule import Rule
from app.services import upserts
from app.services.alarm_rules.book import AlarmBook
from app.services.alarm_rules.following import AlarmRow, Following, write_ruled
from app.services.alarms import timeline
from app.services.alarms.board import Board

_COLUMNS = table_of(Alarm).columns
_AT_MOST = 200


class Found(NamedTuple):
    """What has to be done: ``group_key`` of an outage that begins, or ``alarm_id`` of one that changes."""

    rule_key: str = ""
    group_key: str = ""
    alarm_id: int | None = None


def find(session: Session, *, now: datetime) -> Sequence[Found]:
    """Return the outages that begin, and those that end or whose phones have become too few or enough again."""
    book = AlarmBook(session, now=now)
    rules = _rules(book)
    beginning = [
        Found(rule.key, group_key) for rule in rules.values() for group_key in _crowded(session, rule, now)
    ]
    joining = [
        Found(rules[outage.rule_key].key, outage.group_key)
        for outage in _with_stragglers(session)
        if outage.rule_key in rules
    ]
    changing = [
        Found(alarm_id=outage.alarm_id)
        for outage, phones in _standing(session)
        if outage.rule_key not in rules or _changes(outage, phones, now)
    ]
    orphans = [Found(alarm_id=alarm_id) for alarm_id in _ended_with_children(session)]
    return [*dict.fromkeys((*beginning, *joining)), *changing, *orphans][:_AT_MOST]


def settle(session: Session, found: Sequence[Found], *, now: datetime) -> int:
    """Begin and end what is still due; return how many outages that were."""
    book = AlarmBook(session, now=now)
    rules = _rules(book)
    number = 0
    for each in found:
        rule = rules.get(each.rule_key)
        if each.alarm_id is None:
            number += rule is not None and _begin(session, book, rule, each.group_key, now)
        else:
            number += _follow_up(session, each.alarm_id, set(rules), now)
    return number


def _rules(book: AlarmBook) -> dict[str, Rule[Correlate]]:
    if not book:
        return {}
    lists = (book.asked_in(tenant_id).correlate for tenant_id in book.owners())
    return {rule.key: rule for each in lists for rule in all_rules(each)}


def _crowded(session: Session, rule: Rule[Correlate], now: datetime) -> Iterator[str]:
    """Yield the groups of which enough phones have raised the alarm lately."""
    phones = func.count(Alarm.mac.distinct())
    counted = (
        select(Alarm.group_key, phones, func.max(Alarm.mac))
        .where(Alarm.group_rule == rule.key, *_may_join(), _is_recent(rule, now))
        .group_by(Alarm.group_key)
        .having(phones >= LEAST_PHONES)
    )
    for group_key, number, mac in session.execute(counted).all():
        threshold = rule.outcome.threshold(size_of_group(session, rule.outcome.by, mac))
        if threshold is not None and number >= threshold:
            yield group_key


def _may_join() -> tuple[ColumnElement[bool], ...]:
    return Alarm.cleared_at.is_(None), Alarm.parent_id.is_(None), Alarm.suppressed_until.is_(None)


def _is_recent(rule: Rule[Correlate], now: datetime) -> ColumnElement[bool]:
    """Whether an alarm came lately: one that only repeats itself did not."""
    since = now - rule.outcome.within
    return or_(Alarm.first_raised_at >= since, and_(Alarm.reopened > 0, Alarm.last_raised_at >= since))


def size_of_group(session: Session, by: GroupedBy, mac: str) -> int:
    """Return how many phones a group has, given one of them."""
    one = aliased(DeviceStatus)
    columns = {
        GroupedBy.SITE: DeviceStatus.site_id == one.site_id,
        GroupedBy.TENANT: DeviceStatus.tenant_id == one.tenant_id,
        GroupedBy.MODEL: DeviceStatus.model == one.model,
        GroupedBy.FIRMWARE: DeviceStatus.firmware_version == one.firmware_version,
        GroupedBy.SIP_PROXY: DeviceStatus.sip_proxy == one.sip_proxy,
    }
    size = (
        select(func.count())
        .select_from(DeviceStatus)
        .join(one, and_(DeviceStatus.tenant_id == one.tenant_id, columns[by]))
        .where(one.mac == mac, DeviceStatus.device_id.is_not(None))
    )
    return session.scalar(size) or 0


def _begin(session: Session, book: AlarmBook, rule: Rule[Correlate], group_key: str, now: datetime) -> bool:
    children = [
        dict(row)
        for row in session.execute(
            select(*_COLUMNS)
            .where(Alarm.group_rule == rule.key, Alarm.group_key == group_key, *_may_join())
            .order_by(Alarm.id)
            .with_for_update()
        ).mappings()
    ]
    phones = len({child["mac"] for child in children})
    stands = _stands(session, group_key)
    if stands and children:
        _ask(session, Following(session, now=now), children, AlarmDeed.JOIN, now)
    if stands or phones < LEAST_PHONES:
        return stands
    threshold = (
        rule.outcome.threshold(size_of_group(session, rule.outcome.by, children[-1]["mac"])) or LEAST_PHONES
    )
    following = Following(session, now=now)
    board = Board(session, {group_key}, reopening={group_key}, now=now, following=following)
    following.book.note_outage(group_key, phones)
    if not board.is_active(group_key):
        board.raise_(raised_for(book, rule, children[-1], group_key, phones))
    board.write()
    parent_id = session.scalar(select(Alarm.id).where(Alarm.active_key == group_key))
    outage = {
        "alarm_id": parent_id,
        "rule_key": rule.key,
        "group_key": group_key,
        "began_with": phones,
        "ends_below": rule.outcome.end(threshold),
        "ends_after_seconds": int(rule.outcome.ends_after.total_seconds()),
        "below_since": None,
    }
    upserts.insert_or_replace(session, table_of(Outage), [outage])
    _ask(session, following, children, AlarmDeed.JOIN, now)
    return True


def raised_for(
    book: AlarmBook, rule: Rule[Correlate], child: AlarmRow, group_key: str, phones: int
) -> Raised:
    """Return the alarm of an outage of so many phones, given the alarm of one of them."""
    by = rule.outcome.by
    tenant, site = book.name_of_tenant(child["tenant_id"]), book.name_of_site(child["site_id"])
    at_site = by is GroupedBy.SITE
    shared = {
        GroupedBy.SITE: f"Site/{site}",
        GroupedBy.TENANT: "",
        GroupedBy.MODEL: f"Model/{child['model']}",
        GroupedBy.FIRMWARE: f"Firmware/{child['firmware_version']}",
        GroupedBy.SIP_PROXY: f"SipProxy/{book.facts_of(child).written.get('sip_proxy', '')}",
    }[by]
    place = "/".join(filter(None, (tenant, site if at_site else shared.partition("/")[2])))
    said = {
        "wire_name": child["wire_name"],
        "text": f"{phones} phones of {place}: {child['name']}. Found by {rule.title}.",
        "info1": "",
        "info2": "",
        "unique_id": "",
        "reported_type": "",
        "reported_cause": "",
        "reported_date": "",
        "remote_host": "",
        "ip": "",
        "tenant_id": child["tenant_id"],
        "site_id": child["site_id"] if at_site else None,
    }
    fixed = {
        "name": child["name"],
        "is_event": child["is_event"],
        "source_kind": SourceKind.GROUP,
        "source": "/".join(filter(None, (f"Tenant/{tenant}", shared)))[:255],
        "mac": "",
        "model": child["model"] if by is GroupedBy.MODEL else "",
        "firmware_version": child["firmware_version"] if by is GroupedBy.FIRMWARE else "",
    }
    # Without its type, because it does not end as those of phones do.
    return Raised(group_key, None, rule.outcome.severity, said, fixed)


def _stands(session: Session, group_key: str) -> bool:
    """Return whether the outage of a group stands already."""
    standing = select(Alarm.id).join(Outage, Outage.alarm_id == Alarm.id)
    wanted = standing.where(Outage.group_key == group_key, Alarm.cleared_at.is_(None))
    return session.scalar(wanted.limit(1)) is not None


def _with_stragglers(session: Session) -> Sequence[Outage]:
    """Return the outages that stand and that alarms are no part of yet which were raised while they began."""
    parent = aliased(Alarm)
    left = select(Outage).join(parent, parent.id == Outage.alarm_id).where(parent.cleared_at.is_(None))
    is_left = exists().where(
        Alarm.group_rule == Outage.rule_key, Alarm.group_key == Outage.group_key, *_may_join()
    )
    return session.scalars(left.where(is_left)).all()


def _standing(session: Session) -> Iterator[tuple[Outage, int]]:
    """Yield the outages that stand, each with how many phones have the alarm now."""
    standing = select(Outage).join(Alarm, Alarm.id == Outage.alarm_id).where(Alarm.cleared_at.is_(None))
    outages = session.scalars(standing).all()
    if not outages:
        return
    counted = (
        select(Alarm.group_key, func.count(Alarm.mac.distinct()))
        .where(
            Alarm.cleared_at.is_(None),
            Alarm.group_rule.in_({outage.rule_key for outage in outages}),
            Alarm.group_key.in_({outage.group_key for outage in outages}),
        )
        .group_by(Alarm.group_key)
    )
    phones: dict[str, int] = dict(session.execute(counted).all())
    yield from ((outage, phones.get(outage.group_key, 0)) for outage in outages)


def _changes(outage: Outage, phones: int, now: datetime) -> bool:
    is_below = phones < outage.ends_below
    return is_below is not (outage.below_since is not None) or _is_over(outage, now)


def _is_over(outage: Outage, now: datetime) -> bool:
    patience = timedelta(seconds=outage.ends_after_seconds)
    return outage.below_since is not None and now - outage.below_since >= patience


def _ended_with_children(session: Session) -> Sequence[int]:
    """Return the alarms that are over and still hold others."""
    parent = aliased(Alarm)
    held = (
        select(parent.id)
        .join(Alarm, parent.id == Alarm.parent_id)
        .where(Alarm.cleared_at.is_(None), parent.cleared_at.is_not(None))
    )
    return session.scalars(held.distinct().limit(_AT_MOST)).all()


def _follow_up(session: Session, alarm_id: int, rule_keys: set[str], now: datetime) -> bool:
    outage = session.scalar(select(Outage).where(Outage.alarm_id == alarm_id).with_for_update())
    found = {each.alarm_id: phones for each, phones in _standing(session)}
    if outage is not None and alarm_id in found:
        is_below = found[alarm_id] < outage.ends_below
        if outage.rule_key in rule_keys and not (is_below and _is_over(outage, now)):
            since = (outage.below_since or now) if is_below else None
            session.execute(update(Outage).where(Outage.alarm_id == alarm_id).values(below_since=since))
            return False
        board = Board(session, {outage.group_key}, reopening=(), now=now)
        board.clear(outage.group_key, ClearedBy.STATE)
        board.write()
    _let_go(session, alarm_id, now)
    return True


def _let_go(session: Session, alarm_id: int, now: datetime) -> None:
    """Let the alarms that still stand be told on their own."""
    held = select(*_COLUMNS).where(Alarm.parent_id == alarm_id, Alarm.cleared_at.is_(None)).order_by(Alarm.id)
    rows = [dict(row) for row in session.execute(held.with_for_update()).mappings()]
    _ask(session, Following(session, now=now), rows, AlarmDeed.LEAVE, now)


def _ask(
    session: Session, following: Following, rows: list[dict[str, Any]], deed: AlarmDeed, now: datetime
) -> None:
    told = following.ask(((row, deed) for row in rows), released=deed is AlarmDeed.LEAVE)
    write_ruled(session, rows)
    told += following.tell()
    timeline.write(session, ((row["id"], change) for row, change in told), now=now)
