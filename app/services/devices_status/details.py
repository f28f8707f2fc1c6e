"""All that is known of one phone, for its page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFoundError
from app.models import Alarm, ConfigFile, Decision, Device, DevicePin, JournalEntry, ReplacedPhone
from app.models.enums import Layer, Stage
from app.rendering.placeholders import display_name, names_in
from app.rendering.secret_parameters import MASK
from app.rendering.secret_placeholders import is_secret_placeholder, secret_names_in
from app.rules.zero_touch.trace import Step, steps_from_json
from app.services import config_files, device_replacement, pins, zero_touch
from app.services.config_files.owners import read_owners
from app.services.config_files.sources import Sources
from app.services.devices_status.phones import Phone, find_phone

MOST_DECISIONS = 20
MOST_ALARMS = 50
MOST_PAST_ALARMS = 10
MOST_ENTRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """One phone: what it reported, the device it is, and what was decided and generated for it.

    ``phone`` is None for a device that was never heard of, ``device`` for a phone that nobody approved. ``replaced``
    are the phones that the device was before, ``pins`` what operators chose for it.
    """

    mac: str
    phone: Phone | None
    device: Device | None
    decisions: Sequence[Decision]
    file: ConfigFile | None
    alarms: Sequence[Alarm]
    past_alarms: Sequence[Alarm]
    replaced: Sequence[ReplacedPhone]
    pins: Mapping[Stage, DevicePin]

    @property
    def macs(self) -> list[str]:
        """The phone, and those that it replaced: their history is its own."""
        return list(dict.fromkeys([self.mac, *(phone.mac for phone in self.replaced)]))


@dataclass(frozen=True, slots=True)
class PlaceholderValue:
    """A placeholder of the phone's template, its value as a person may see it, and the layer it comes from.

    ``layer`` is None where no layer has a value.
    """

    name: str
    value: str
    layer: Layer | None


def get_details(session: Session, mac: str) -> Details:
    """Return what is known of the phone, or raise NotFoundError where it is unknown or not to be seen."""
    phone, device = find_phone(session, mac), _find_device(session, mac)
    if phone is None and device is None:
        raise NotFoundError(f"No phone has the MAC address {mac}, or your account does not see it.")
    replaced = device_replacement.read_replaced(session, device.id) if device else ()
    macs = [mac, *(before.mac for before in replaced)]
    return Details(
        mac=mac,
        phone=phone,
        device=device,
        replaced=replaced,
        pins=pins.of_device(session, device.id) if device else {},
        decisions=zero_touch.decisions_of(session, *macs)[:MOST_DECISIONS],
        file=_find_file(session, mac),
        alarms=_active_alarms(session, mac),
        past_alarms=_past_alarms(session, macs),
    )


def read_journal(session: Session, macs: Collection[str]) -> Sequence[JournalEntry]:
    """Return the latest entries of the journal about phones and their files."""
    about = JournalEntry.subject.in_([*macs, *map(config_files.name_for, macs)])
    return session.scalars(
        select(JournalEntry)
        .where(about)
        .order_by(JournalEntry.at.desc(), JournalEntry.id.desc())
        .limit(MOST_ENTRIES)
    ).all()


def steps_by_stage(decision: Decision) -> list[tuple[Stage, list[Step]]]:
    """Return the trace of a decision in the order in which the stages are asked."""
    steps = steps_from_json(decision.steps)
    stages = [(stage, [step for step in steps if step.stage is stage]) for stage in Stage]
    return [(stage, found) for stage, found in stages if found]


def read_placeholder_values(
    session: Session, device: Device, *, with_secrets: bool
) -> list[PlaceholderValue]:
    """Return what the placeholders of the device's template stand for, as the next Generate will write them."""
    (owner,) = read_owners(session, [device.id])
    if owner.template_id is None:
        return []
    sources = Sources(session)
    resolved = sources.resolve_for(owner)
    values = []
    data = sources.template(owner.template_id).parts.personal_file.data
    for name in names_in(data):
        found = resolved.get(name)
        is_secret = is_secret_placeholder(name) or name in secret_names_in(data)
        is_masked = found is not None and bool(found.value) and not with_secrets and is_secret
        value = MASK if is_masked else (found.value if found else "")
        values.append(PlaceholderValue(display_name(name), value, found.layer if found else None))
    return values


def _find_device(session: Session, mac: str) -> Device | None:
    relations = (
        Device.tenant, Device.site, Device.phone_user, Device.phone_model, Device.template, Device.firmware,
    )  # fmt: skip
    return session.scalar(
        select(Device).where(Device.mac == mac).options(*(joinedload(relation) for relation in relations))
    )


def _find_file(session: Session, mac: str) -> ConfigFile | None:
    """Return the phone's file without its content."""
    return session.scalar(select(ConfigFile).where(ConfigFile.name_key == config_files.name_for(mac)))


def _active_alarms(session: Session, mac: str) -> Sequence[Alarm]:
    is_active = Alarm.cleared_at.is_(None)
    return session.scalars(
        select(Alarm)
        .where(Alarm.mac == mac, is_active)
        .order_by(Alarm.last_raised_at.desc())
        .limit(MOST_ALARMS)
    ).all()


def _past_alarms(session: Session, macs: Collection[str]) -> Sequence[Alarm]:
    """Return the alarms of a phone that ended last, and of those that it replaced."""
    return session.scalars(
        select(Alarm)
        .where(Alarm.mac.in_(macs), Alarm.cleared_at.is_not(None))
        .order_by(Alarm.cleared_at.desc())
        .limit(MOST_PAST_ALARMS)
    ).all()
