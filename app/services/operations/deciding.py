"""Devices for which Zero Touch decides anew: they get what it says today, and the decision is kept."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import Decision, Device, Tenant
from app.models.enums import Cause, Stage
from app.rules.zero_touch.changes import Gets, Wait, settled
from app.services import pins, status_rows
from app.services.author import Author
from app.services.config_files.sources import Sources
from app.services.device_changes import place_of
from app.services.operations.moving import move_device
from app.services.phone_history import places
from app.services.rule_sets import hits
from app.services.zero_touch.anew import Anew, DecidesAnew, Phone, read_phones
from app.services.zero_touch.asking import hits_in
from app.services.zero_touch.decider import MAX_REASON, decision_of
from app.services.zero_touch.facts import Surroundings


@dataclass(frozen=True, slots=True)
class Redecided:
    """What became of a device: whether it got anything else, and what it had; ``refused`` says why it could not."""

    has_changed: bool
    had: Gets
    refused: str = ""


def decide_anew(
    session: Session, devices: Sequence[Device], cause: Cause, *, author: Author, now: datetime
) -> Mapping[str, Redecided]:
    """Give devices what Zero Touch says today, by their MACs; what is pinned stays.

    One that would have to wait for approval stays where it is, one without a template keeps its own. Files stay.
    """
    rows = status_rows.lock(session, [device.mac for device in devices])
    by_id = {device.id: device for device in devices}
    session.flush()
    phones = read_phones(session, Device.id.in_(by_id), now)
    decider = DecidesAnew(Surroundings(session, names_templates=True), Sources(session), now)
    found: dict[str, Redecided] = {}
    kept: list[dict[str, Any]] = []
    decided_by = Counter[str]()
    # All are decided upon before the first is changed: what one gets says nothing of the others.
    for anew in [decider.decide(decider.look_at(phone)) for phone in phones]:
        phone = anew.phone
        device, new = by_id[phone.id], settled(anew.outcome.gets, phone.has)
        refused = _give(session, device, phone.has, new, author=author, now=now)
        found[phone.mac] = Redecided(new != phone.has and not refused, phone.has, refused)
        if refused:
            continue
        kept.append({**_decision(anew, phone, device, cause, now), "device_id": device.id})
        decided_by.update(hits_in(anew.steps))
        row = rows.get(phone.mac)
        if row is not None and new.tenant_id != phone.has.tenant_id:  # the move has written it
            row = status_rows.lock(session, [phone.mac])[phone.mac]
        if row is not None:
            reason = _reason(anew)[:MAX_REASON]
            moved = row | place_of(device) | {"placement_reason": reason, "digest": None}
            status_rows.write(session, [moved])
            places.note_moves(session, places.sites_of([row]), [moved], now=now)
    if kept:
        session.execute(insert(Decision).execution_options(render_nulls=True), kept)
        hits.count(session, decided_by, now=now)
    return found


def _give(session: Session, device: Device, has: Gets, new: Gets, *, author: Author, now: datetime) -> str:
    """Give a device what was decided; return why it cannot have it."""
    if new.tenant_id != has.tenant_id:
        tenant = session.get(Tenant, new.tenant_id)
        refused = (
            move_device(session, device, tenant, author=author, now=now)
            if tenant
            else "The tenant was deleted."
        )
        if refused:
            return refused
        session.refresh(device)
        # It was moved by rules; nobody chose that for this phone.
        pins.unpin(session, [device.id], (Stage.PLACEMENT,))
    if new.site_id is not None:
        device.site_id = new.site_id
    device.template_id, device.firmware_id = new.template_id, new.firmware_id
    session.flush()
    return ""


def _decision(anew: Anew, phone: Phone, device: Device, cause: Cause, now: datetime) -> dict[str, Any]:
    decision = decision_of(
        phone.mac, anew.facts, anew.placement, anew.choices, anew.rules, cause=cause, now=now
    )
    place = {"tenant_id": device.tenant_id, "site_id": device.site_id}
    return {**decision, "tenant_id": device.tenant_id, "outcome": {**decision["outcome"], **place}}


def _reason(anew: Anew) -> str:
    stays = {Wait.APPROVAL, Wait.TENANT} & set(anew.outcome.waits)
    return f"The device stays where it is. {anew.placement.reason}" if stays else anew.placement.reason
