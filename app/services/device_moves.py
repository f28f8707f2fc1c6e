"""Devices that go to another tenant together with all that is theirs: their user moved, or somebody moves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Device, PendingAction, ReplacedPhone, Site, Tenant
from app.models.enums import Stage
from app.rules.zero_touch.template import choose_template
from app.services import journal, moved_owners, pins, status_rows, zero_touch
from app.services.alarms import phones as alarms_of_phones
from app.services.author import Author
from app.services.device_changes import place_of
from app.services.licenses import room
from app.services.phone_history import places
from app.services.status_rows import StatusRow
from app.services.value_owners import OwnerKind


@dataclass(frozen=True, slots=True)
class Move:
    """What moving devices to a tenant means: ``templates`` has the new template of each device that needs another.

    Templates of one tenant are not used in another: the device gets what a new phone of its model would get there.
    """

    tenant: Tenant
    devices: Sequence[Device]
    templates: Mapping[int, int | None]

    @property
    def fingerprint(self) -> str:
        """A text that differs when something else would be moved than before."""
        pairs = (f"{device_id}-{template_id}" for device_id, template_id in sorted(self.templates.items()))
        text = ".".join([str(self.tenant.id), *(str(device.id) for device in self.devices), *pairs])
        return blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def sentence(self) -> str:
        """What would happen, for a person."""
        number = len(self.devices)
        phones = "One phone goes" if number == 1 else f"{number:,} phones go"
        text = (
            f"{phones} to {self.tenant.name} as well, to the site of the phone's address, else AutoDetection."
        )
        if self.templates:
            changed = len(self.templates)
            text += (
                f" {'One uses a template' if changed == 1 else f'{changed:,} use templates'} of another tenant, and "
                f"{'gets' if changed == 1 else 'get'} what new phones of the model get in {self.tenant.name}."
            )
        return f"{text} Files change with the next Generate."


def plan(session: Session, devices: Sequence[Device], tenant: Tenant, *, now: datetime) -> Move:
    """Return what moving these devices would mean."""
    surroundings = zero_touch.Decider(session, now).surroundings
    fact = surroundings.topology.find_tenant(tenant.id)
    templates: dict[int, int | None] = {}
    for device in devices:
        template = device.template
        if template is None or template.tenant_id in {None, tenant.id}:
            continue
        model = (device.phone_model or template.phone_model).name
        chosen = choose_template(model, template.train, fact, surroundings.templates)
        templates[device.id] = chosen.template_id
    return Move(tenant, devices, templates)


def carry_out(session: Session, move: Move, *, author: Author, now: datetime) -> None:
    """Move devices, what they last reported, and their values, files, actions and active alarms; pin where they are.

    Raises:
        NoRoomError: The tenant's endpoint licences leave no room for them; nothing is moved.
    """
    room.check_moved(
        session, move.tenant.id, sum(device.tenant_id != move.tenant.id for device in move.devices)
    )
    ids = [device.id for device in move.devices]
    macs = [device.mac for device in move.devices]
    rows = status_rows.lock(session, macs)
    sites = places.sites_of(rows.values())
    decider = zero_touch.Decider(session, now)
    auto_detection = session.scalars(
        select(Site.id).where(Site.tenant_id == move.tenant.id, Site.is_auto_detection)
    ).one()
    for device in move.devices:
        row = rows.get(device.mac)
        device.site_id = _site_in(decider, move.tenant, row) or auto_detection
        device.tenant_id = move.tenant.id
        if device.id in move.templates:
            device.template_id = move.templates[device.id]
        if row is not None:
            row |= place_of(device) | {"digest": None}
    session.flush()
    status_rows.write(session, rows.values())
    places.note_moves(session, sites, rows.values(), now=now)
    moved_owners.take_along(session, OwnerKind.DEVICE, ids, move.tenant.id)
    for statement in (
        update(ReplacedPhone).where(ReplacedPhone.device_id.in_(ids)),
        update(PendingAction).where(PendingAction.mac.in_(macs)),
    ):
        session.execute(statement.values(tenant_id=move.tenant.id))
    pins.pin(session, move.devices, (Stage.PLACEMENT,), author=author, now=now)
    alarms_of_phones.bring_along(session, macs, now=now, actor=author.name)
    session.expire_all()
    journal.record_all(session, [_entry(device, move.tenant, author, now) for device in move.devices])


def _site_in(decider: zero_touch.Decider, tenant: Tenant, row: StatusRow | None) -> int | None:
    return decider.site_in(tenant.name, row) if row is not None else None


def _entry(device: Device, tenant: Tenant, author: Author, now: datetime) -> journal.Entry:
    return journal.entry(
        at=now,
        author=author,
        action="device moved",
        subject=device.mac,
        text=f"{author.name} moved the phone {device.mac} to {tenant.name}, site {device.site.name}.",
        tenant_id=tenant.id,
    )
