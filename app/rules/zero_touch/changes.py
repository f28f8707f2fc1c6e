"""What other rules would change for a phone: two outcomes beside each other, and beside what the phone has now."""

from collections.abc import Collection, Mapping
from enum import IntFlag, StrEnum
from typing import Any, NamedTuple

from app.models.enums import Stage
from app.rules.versions import Version


class Wait(StrEnum):
    """What a phone that comes new would have to wait for; a device stays as it is meanwhile."""

    APPROVAL = "approval"
    TENANT = "tenant"
    TEMPLATE = "template"


class Change(IntFlag):
    """What differs between two outcomes, and what would come of the second."""

    TENANT = 1
    TEMPLATE = 2
    FIRMWARE = 4
    DOWNGRADE = 8
    HELD = 16
    RESTART = 32


class Gets(NamedTuple):
    """What a phone has, or what rules say that it gets; without firmware it keeps what it runs."""

    tenant_id: int | None
    site_id: int | None
    template_id: int | None
    firmware_id: int | None


class Outcome(NamedTuple):
    """What rules say of a phone: what it gets, what a new one would wait for, and the key of each deciding rule."""

    gets: Gets
    waits: tuple[Wait, ...]
    rules: Mapping[Stage, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**self.gets._asdict(), "waits": list(self.waits), "rules": dict(self.rules)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Outcome":
        """Return what ``as_json`` turned into plain data."""
        gets = Gets(*(plain[name] for name in Gets._fields))
        rules = {Stage(stage): key for stage, key in plain["rules"].items()}
        return cls(gets, tuple(map(Wait, plain["waits"])), rules)


_NOTHING = Change(0)


def changes_between(
    before: Outcome, after: Outcome, has: Gets, *, running: Version | None, loads: Version | None
) -> Change:
    """Return what differs; nothing where the phone gets the same, and a new one would wait for nothing more.

    ``running`` is the version that the phone reports, ``loads`` that of the firmware which it would be given.
    """
    if before[:2] == after[:2]:  # so it is for most phones of most drafts
        return _NOTHING
    old, new = before.gets, after.gets
    found = _NOTHING
    if (old.tenant_id, old.site_id) != (new.tenant_id, new.site_id):
        found |= Change.TENANT
    if old.template_id != new.template_id:
        found |= Change.TEMPLATE
    if old.firmware_id != new.firmware_id:
        found |= Change.FIRMWARE
        if running is not None and loads is not None and loads < running:
            found |= Change.DOWNGRADE
    if set(after.waits) - set(before.waits):
        found |= Change.HELD
    if found and settled(new, has) != has:
        found |= Change.RESTART
    return found


def settled(new: Gets, has: Gets) -> Gets:
    """Return what a device has once the rules were applied to it: where they give no template, the one that it has."""
    template_id = new.template_id if new.template_id is not None else has.template_id
    return Gets(new.tenant_id, new.site_id, template_id, new.firmware_id)


def rules_that_differ(before: Outcome, after: Outcome) -> Collection[tuple[Stage, str, str]]:
    """Return the stages in which another rule decides, with the keys of both."""
    if before.rules == after.rules:
        return ()
    return [
        (stage, before.rules[stage], after.rules[stage])
        for stage in Stage
        if before.rules[stage] != after.rules[stage]
    ]
