"""The company that the screens are tested on: Acme and Globex, their phones, and everybody who signs in."""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.models import (
    Alarm,
    ConfigFile,
    ConfigTemplate,
    ConfigurationValue,
    Delivery,
    Device,
    DeviceSeen,
    DeviceStatus,
    Firmware,
    ImportJob,
    JournalEntry,
    Operation,
    OperationTarget,
    Operator,
    PhoneModel,
    PhoneUser,
    Placeholder,
    RuleRow,
    RuleSetVersion,
    Simulation,
    SimulationRow,
    Site,
    TemplateDefault,
    Tenant,
)
from app.models.enums import (
    Action,
    Approval,
    DeliveryState,
    DestinationKind,
    FileKind,
    ImportKind,
    ImportState,
    Layer,
    OperationState,
    Origin,
    RuleKind,
    RuleSetState,
    Severity,
    SimulationState,
    Stage,
    Status,
    Subject,
    TargetState,
    Train,
    ValueLevel,
    Way,
)
from app.rendering.template_file import FileConfig, TemplateFile, write_template
from app.rules.zero_touch.changes import Change
from app.security.roles import ADMINISTRATOR, HELPDESK, MONITOR, OPERATOR
from app.security.secrets import vault
from app.services.author import Author
from app.services.destinations import keeping
from app.services.destinations.fields import defaults_of
from app.services.destinations.keeping import Wish
from app.services.templates import versions

PASSWORD = "pass_1234"
FAST_HASH = "pbkdf2:sha256:1"
"""What takes no time; applications of these tests hash so, but where a test is about it."""
ACME_MAC = "00908facaca1"
ACME_WAITING_MAC = "00908facaca2"
GLOBEX_MAC = "00908f61bb61"
GLOBEX_WAITING_MAC = "00908f61bb62"
NOBODYS_MAC = "00908f0b0d01"
"""A phone that waits and belongs to no tenant: only who sees everything sees it."""

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Person:
    """An operator's account: its role, and the tenants it names, or None for all."""

    name: str
    role: str
    tenants: tuple[str, ...] | None = None


PEOPLE = (
    Person("alice", ADMINISTRATOR),
    Person("oscar", OPERATOR),
    Person("olga", OPERATOR, ("Acme",)),
    Person("nora", OPERATOR, ()),
    Person("hal", HELPDESK),
    Person("helen", HELPDESK, ("Acme",)),
    Person("victor", MONITOR),
    Person("vera", MONITOR, ("Acme",)),
)

RULE = "5d0b7a52-0a45-4f6c-9a39-1f4f63a3c0de"
"""The key of a rule."""

HIDDEN_FROM_ACME = ("globex", GLOBEX_MAC, GLOBEX_WAITING_MAC, NOBODYS_MAC, "gina@", "harbour", "10.2.0")
"""Words that only rows of Globex, or of nobody, carry."""


@dataclass(frozen=True)
class World:
    """The ids of rows that tests put into addresses."""

    acme: int
    acme_site: int
    acme_template: int
    globex: int
    globex_site: int
    globex_template: int
    model: int
    alice: int
    acme_device: int
    acme_user: int
    placeholders: dict[str, int]
    """Acme's placeholders by their layer."""
    lines: dict[str, int]
    """Acme's configuration values by their level."""
    firmware: int
    acme_file: int
    globex_file: int
    import_job: int
    simulation: int
    """What alice imported."""
    operation: int
    """One of Acme's phone alone."""
    acme_alarm: int
    acme_destination: int
    acme_delivery: int
    globex_destination: int
    globex_delivery: int
    globex_alarm: int
    rules: int
    """A draft of the system's template rules, which decides nothing; its one rule is RULE."""


def make_world(session: Session) -> World:
    """Fill an installed database; what it returns are ids."""
    acme, globex = add_tenant(session, "Acme", "10.1.0.0/16"), add_tenant(session, "Globex", "10.2.0.0/16")
    acme_site, globex_site = add_site(session, acme, "Valley"), add_site(session, globex, "Harbour")
    session.flush()
    model = session.scalars(select(PhoneModel).where(PhoneModel.name == "450HD")).one()
    acme_template = add_template(session, acme, model, "Acme desk")
    globex_template = add_template(session, globex, model, "Globex desk")
    session.flush()
    phone = add_phone(session, acme_site, ACME_MAC, user="anna@acme.example", ip="10.1.0.7")
    globex_phone = add_phone(session, globex_site, GLOBEX_MAC, user="gina@globex.example", ip="10.2.0.7")
    placeholders = add_placeholders(session, acme_template, acme_site, phone)
    add_placeholders(session, globex_template, globex_site, globex_phone)
    lines = add_lines(session, acme_site, phone)
    add_lines(session, globex_site, globex_phone)
    add_status(
        session, ACME_WAITING_MAC, site=acme_site, approval=Approval.NEEDED, status=Status.UNREGISTERED
    )
    add_status(
        session, GLOBEX_WAITING_MAC, site=globex_site, approval=Approval.NEEDED, status=Status.UNREGISTERED
    )
    add_status(session, NOBODYS_MAC, site=None, approval=Approval.HELD, status=Status.STARTED)
    acme_alarm = add_alarm(session, acme_site, ACME_MAC, text="Anna's phone is not registered")
    globex_alarm = add_alarm(
        session, globex_site, GLOBEX_MAC, text="Gina's phone is not registered", severity=Severity.CRITICAL
    )
    acme_delivery = add_delivery(session, acme, "Acme's NOC")
    globex_delivery = add_delivery(session, globex, "The harbour's NOC")
    add_entry(session, acme, ACME_MAC)
    add_entry(session, globex, GLOBEX_MAC)
    people = add_people(session)
    firmware = Firmware(name="450HD.img", version="UC_3.4.6.604", sha256="4" * 64, size=28, uploaded_at=NOW)
    session.add(firmware)
    job = ImportJob(
        kind=ImportKind.USERS,
        state=ImportState.UNDONE,
        file_name="users.csv",
        size=10,
        by="alice",
        asked_by="alice",
        created_at=NOW,
    )
    session.add(job)
    simulation = add_simulation(session, phone)
    session.flush()
    return World(
        acme=acme.id,
        acme_site=acme_site.id,
        acme_template=acme_template.id,
        globex=globex.id,
        globex_site=globex_site.id,
        globex_template=globex_template.id,
        model=model.id,
        alice=people["alice"].id,
        acme_device=phone.id,
        acme_user=phone.phone_user.id,
        placeholders={layer: row.id for layer, row in placeholders.items()},
        lines={level: row.id for level, row in lines.items()},
        firmware=firmware.id,
        acme_file=file_of(session, ACME_MAC),
        globex_file=file_of(session, GLOBEX_MAC),
        import_job=job.id,
        simulation=simulation.id,
        operation=add_operation(session, acme, ACME_MAC),
        acme_alarm=acme_alarm.id,
        acme_destination=acme_delivery.destination_id,
        acme_delivery=acme_delivery.id,
        globex_destination=globex_delivery.destination_id,
        globex_delivery=globex_delivery.id,
        globex_alarm=globex_alarm.id,
        rules=add_rules(session),
    )


def add_rules(session: Session) -> int:
    """Add a draft of template rules with one rule; return its id."""
    said = {"created_at": NOW, "created_by": "alice", "changed_at": NOW, "changed_by": "alice"}
    draft = RuleSetVersion(kind=RuleKind.TEMPLATE, number=1, state=RuleSetState.DRAFT, **said)
    session.add(draft)
    session.flush()
    condition = {"field": "model", "operator": "=", "values": ["405"]}
    session.add(
        RuleRow(
            version_id=draft.id,
            position=1,
            key=RULE,
            name="Old",
            conditions=condition,
            outcome={"give": "wait"},
        )
    )
    return draft.id


def add_simulation(session: Session, phone: Device) -> Simulation:
    """Add a simulation of alice's, in which something changes for a phone."""
    simulation = Simulation(
        kind=RuleKind.TEMPLATE,
        state=SimulationState.DONE,
        by="alice",
        created_at=NOW,
        finished_at=NOW,
        as_of=NOW,
        drafts=[],
        active=[],
        done=1,
        total=1,
        totals={"changed": 1, "flags": {"TEMPLATE": 1}, "gained": {}, "lost": {}, "titles": {}},
    )
    session.add(simulation)
    session.flush()
    has = {"tenant_id": phone.tenant_id, "site_id": phone.site_id, "firmware_id": None, "waits": []}
    has["rules"] = {stage.value: f"{stage}.none" for stage in Stage}
    session.add(
        SimulationRow(
            simulation_id=simulation.id,
            device_id=phone.id,
            mac=phone.mac,
            tenant_id=phone.tenant_id,
            before={**has, "template_id": phone.template_id},
            after={**has, "template_id": None},
            rules=" ",
            flags=int(Change.TEMPLATE),
        )
    )
    return simulation


def add_operation(session: Session, tenant: Tenant, mac: str) -> int:
    """Add an operation that has ended, for one phone; return its id."""
    operation = Operation(
        action=Action.RESTART,
        subject=Subject.DEVICES,
        options={"mode": "graceful"},
        batch_size=5,
        delay_seconds=120,
        patience_seconds=5400,
        state=OperationState.FINISHED,
        total=1,
        next_batch_at=NOW,
        last_served_at=NOW,
        created_by="oscar",
        created_at=NOW,
        finished_at=NOW,
    )
    session.add(operation)
    session.flush()
    target = OperationTarget(
        operation=operation, tenant_id=tenant.id, key=mac, label="Anna", state=TargetState.FAILED,
        reason="It refuses connections.", way=Way.DIRECT, changed_at=NOW,
    )  # fmt: skip
    session.add(target)
    session.flush()
    return operation.id


def add_delivery(session: Session, tenant: Tenant, name: str) -> Delivery:
    """Add a destination of a tenant's with a test of it that failed."""
    wish = Wish(
        name=name,
        tenant_id=tenant.id,
        is_enabled=True,
        rate_per_minute="60",
        give_up_after_hours="24",
        texts={
            **defaults_of(DestinationKind.WEBHOOK),
            "url": "https://192.0.2.1/hook",
            "secret": "open-sesame",
        },
    )
    author = Author("alice")
    destination = keeping.add(session, DestinationKind.WEBHOOK, wish, author=author, now=NOW)
    delivery = keeping.send_test(session, destination, author=author, now=NOW)
    delivery.state, delivery.next_try_at, delivery.answer = DeliveryState.GIVEN_UP, None, "It answered 500"
    return delivery


def add_tenant(session: Session, name: str, subnet: str | None = None) -> Tenant:
    """Add a tenant with its site AutoDetection."""
    tenant = Tenant(name=name, subnet=subnet, created_at=NOW)
    session.add(tenant)
    session.add(Site(tenant=tenant, name="AutoDetection", is_auto_detection=True))
    return tenant


def add_site(session: Session, tenant: Tenant, name: str) -> Site:
    """Add a site."""
    site = Site(tenant=tenant, name=name, description=f"{tenant.name} at {name}")
    session.add(site)
    return site


def add_template(session: Session, tenant: Tenant, model: PhoneModel, name: str) -> ConfigTemplate:
    """Add a tenant's own template, as its Zero Touch default; it holds a secret."""
    file_name = f"{tenant.name}_global.cfg"
    lines = f"include {file_name}\nvoip/line/0/auth_password=open-sesame"
    text = TemplateFile(
        model_type="audiocodes_450HD",
        description="",
        global_file=FileConfig(file_name, ""),
        personal_file=FileConfig("%ITCS_mac%.cfg", lines),
    )
    template = ConfigTemplate(
        name=name,
        phone_model=model,
        train=Train.UC,
        tenant=tenant,
        content=write_template(text),
        changed_at=NOW,
        version=1,
    )
    session.add(TemplateDefault(tenant=tenant, phone_model=model, train=Train.UC, template=template))
    versions.keep(session, template, by="oscar", reason="added")
    return template


def add_placeholders(
    session: Session, template: ConfigTemplate, site: Site, device: Device
) -> dict[str, Placeholder]:
    """Add a placeholder of each layer, named after the tenant; each is a secret by its name."""
    tenant = site.tenant
    owners: dict[Layer, dict[str, int]] = {
        Layer.TEMPLATE: {"template_id": template.id},
        Layer.TENANT: {},
        Layer.SITE: {"site_id": site.id},
        Layer.DEVICE: {"device_id": device.id},
    }
    rows = {
        layer.value: Placeholder(
            layer=layer,
            tenant_id=tenant.id,
            name=f"{tenant.name}_{layer}_password",
            value="open-sesame",
            **owner,
        )
        for layer, owner in owners.items()
    }
    session.add_all(rows.values())
    return rows


def add_lines(session: Session, site: Site, device: Device) -> dict[str, ConfigurationValue]:
    """Add a configuration value of each level, with the tenant's name in it, and a secret of the tenant's."""
    owners: dict[ValueLevel, dict[str, int]] = {
        ValueLevel.TENANT: {},
        ValueLevel.SITE: {"site_id": site.id},
        ValueLevel.USER: {"phone_user_id": device.phone_user.id},
    }
    rows = {
        level.value: ConfigurationValue(
            level=level,
            tenant_id=site.tenant_id,
            parameter=f"system/{level}",
            value=site.tenant.name,
            **owner,
        )
        for level, owner in owners.items()
    }
    secret = ConfigurationValue(
        level=ValueLevel.TENANT, tenant_id=site.tenant_id, parameter="system/password", value="open-sesame"
    )
    session.add_all([*rows.values(), secret])
    return rows


def add_phone(session: Session, site: Site, mac: str, *, user: str, ip: str) -> Device:
    """Add a device with its user and its last report."""
    phone_user = PhoneUser(tenant=site.tenant, name=user, display_name=user, created_at=NOW)
    device = Device(
        mac=mac,
        tenant=site.tenant,
        site=site,
        phone_user=phone_user,
        origin=Origin.ZERO_TOUCH,
        created_at=NOW,
    )
    session.add(device)
    session.flush()
    status = add_status(session, mac, site=site, approval=Approval.NOT_NEEDED, status=Status.REGISTERED)
    status.device_id, status.user_name, status.ip = device.id, user, ip
    add_file(session, device)
    return device


def add_file(session: Session, device: Device) -> None:
    """Add a device's configuration file; it holds a secret."""
    content = f"system/user_name={device.phone_user.name}\nvoip/line/0/auth_password=open-sesame\n".encode()
    file = ConfigFile(
        name=f"{device.mac}.cfg", kind=FileKind.PHONE, etag='"1"', size=len(content), generated_at=NOW
    )
    file.content, file.device_id, file.tenant_id = (
        vault().encrypt(zlib.compress(content)),
        device.id,
        device.tenant_id,
    )
    session.add(file)


def file_of(session: Session, mac: str) -> int:
    """Return the id of a phone's configuration file."""
    return session.scalars(select(ConfigFile.id).where(ConfigFile.name == f"{mac}.cfg")).one()


def add_status(
    session: Session,
    mac: str,
    *,
    site: Site | None,
    approval: Approval,
    status: Status,
    firmware_version: str = "UC_3.4.6.604",
) -> DeviceStatus:
    """Add what a phone reported a minute ago."""
    row = DeviceStatus(
        mac=mac,
        tenant_id=site.tenant_id if site else None,
        site_id=site.id if site else None,
        approval=approval,
        status=status,
        first_seen_at=NOW - timedelta(days=1),
        status_changed_at=NOW - timedelta(minutes=1),
        firmware_version=firmware_version,
        model="450HD",
    )
    session.add(row)
    session.add(DeviceSeen(mac=mac, seen_at=NOW - timedelta(minutes=1)))
    return row


def add_alarm(
    session: Session,
    site: Site,
    mac: str,
    *,
    text: str = "",
    severity: Severity = Severity.MINOR,
    **columns: object,
) -> Alarm:
    """Add an active alarm that was raised an hour ago."""
    values = {
        "dedup_key": f"{mac} {text}",
        "name": "Registration Failure",
        "wire_name": "IPPhone Register Failure",
        "source": mac,
        "first_raised_at": NOW - timedelta(hours=2),
        "last_raised_at": NOW - timedelta(hours=1),
        "changed_at": NOW - timedelta(hours=1),
        "reported_severity": severity,
        **columns,
    }
    alarm = Alarm(mac=mac, tenant_id=site.tenant_id, site_id=site.id, text=text, severity=severity, **values)
    session.add(alarm)
    return alarm


def add_entry(session: Session, tenant: Tenant | None, subject: str, **columns: object) -> None:
    """Add an entry to the journal."""
    values = {
        "at": NOW,
        "actor": "oscar",
        "action": "restart phone",
        "text": f"oscar restarted {subject}.",
        **columns,
    }
    session.add(JournalEntry(subject=subject, tenant_id=tenant.id if tenant else None, **values))


def add_people(session: Session) -> dict[str, Operator]:
    """Add everybody who signs in, with a password that is cheap to check."""
    roles = {role.name: role for role in session.scalars(select(Role))}
    tenants = {tenant.name: tenant for tenant in session.scalars(select(Tenant))}
    people = {}
    for person in PEOPLE:
        operator = Operator(
            username=person.name,
            first_name=person.name.title(),
            last_name="Example",
            email=f"{person.name}@example.com",
            active=True,
            password=generate_password_hash(PASSWORD, method=FAST_HASH),
            roles=[roles[person.role]],
            sees_all_tenants=person.tenants is None,
            tenants=[tenants[name] for name in person.tenants or ()],
        )
        session.add(operator)
        people[person.name] = operator
    return people
