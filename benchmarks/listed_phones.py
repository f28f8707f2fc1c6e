"""Phones of many kinds for lists, made inside the database: a million of them within minutes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, inspect, select, text

from app.database import Database
from app.models import ConfigTemplate, Device, DeviceStatus, PhoneUser, Site, Tenant
from app.security.tenant_scope import ALL_TENANTS
from app.services import tenancy
from app.transaction import reading, writing

_TENANTS, _SITES_OF_EACH = 20, 5
# How a number is counted, and how it is written with so many hex digits or decimal ones.
_NUMBERS = {
    "sqlite": (
        "(WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < :most)"
        " SELECT i FROM counted)"
    ),
    "postgresql": "(SELECT i FROM generate_series(1, :most) AS i)",
}
_HEX = {"sqlite": "printf('%06x', {})", "postgresql": "lpad(to_hex({}), 6, '0')"}
_PLACE = {"sqlite": ":first_site + i % :sites", "postgresql": "CAST(:first_site + i % :sites AS integer)"}
_MODELS = ("405", "420HD", "430HD", "440HD", "445HD", "450HD", "C450HD", "HRS")
_VERSIONS = ("UC_3.4.6.558", "UC_3.4.5.103", "UC_3.2.1.485", "UC_3.1.2.89", "2.2.16.142", "2.2.12.172")
_STATUSES = (*["registered"] * 16, "unregistered", "offline", "disconnected", "started")
_NAMES = ("Anna", "Bruno", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karin")
_FAMILIES = ("Abel", "Berg", "Conti", "Duval", "Engel", "Fischer", "Garcia")

# Each site has subnets of its own, of 240 phones each.
_NETWORK = "'10.' || (i % :sites) || '.' || (i / :sites / 240 % 256) || '.'"
# Of 50 phones one waits for approval; the others are devices, of which every sixtieth shares the user of another.
_IS_DEVICE = "i % 50 <> 0"
_USERS = """
INSERT INTO phone_user (id, tenant_id, name, name_key, display_name, nickname, is_system, created_at)
SELECT :first_id + i, site.tenant_id, 'user' || i || '@example.com', 'user' || i || '@example.com', {name}, '', {false},
  :now FROM {numbers} AS numbers JOIN site ON site.id = {place}"""
_DEVICES = """
INSERT INTO device (id, tenant_id, mac, display_name, serial_number, phone_user_id, site_id, template_id, language,
  vlan_mode, vlan_id, vlan_priority, origin, created_at, phone_model_id)
SELECT :first_id + i, site.tenant_id, {mac}, {name}, 'SN' || i,
  CASE WHEN i % 30 = 1 AND i / :sites % 2 = 1 THEN :first_user + i - :sites ELSE :first_user + i END, site.id,
  :template, '', '', 0, 0, 'zero_touch', :now, (SELECT id FROM phone_model WHERE phone_model.name = {model})
FROM {numbers} AS numbers JOIN site ON site.id = {place} WHERE {is_device}"""
_STATUS_ROWS = """
INSERT INTO device_status (mac, tenant_id, device_id, site_id, template_id, approval, placement_reason, is_blocked,
  url_tenant, status, status_changed_at, first_seen_at, ip, external_ip, is_behind_proxy, subnet_mask, subnet, model,
  firmware_version, user_agent, user_name, user_id, phone_number, region, location, sip_proxy, vlan_id, btoe_status,
  btoe_version, usb_headset, hrs_speaker_model, hrs_speaker_firmware, digest)
SELECT {mac}, site.tenant_id, CASE WHEN {is_device} THEN :first_id + i END, site.id,
  CASE WHEN {is_device} THEN :template END, CASE WHEN {is_device} THEN 'not_needed' ELSE 'needed' END,
  'The tenant is named in the URL.', {false}, '', {status}, {changed}, :now,
  {network} || (i / :sites % 240 + 10), '198.51.100.' || (i % 200), {false},
  '255.255.255.0', {network} || '0/24', {model}, {version}, 'AUDC-IPPhone-430HD_UC_3.4.6.558/1.0.0000.0', {name},
  'user' || i || '@example.com', '+4930' || (10000000 + i), '', 'Floor ' || (i % 40), 'sip.example.com',
  CASE i % 3 WHEN 0 THEN '' ELSE '' || (i % 90) END,
  CASE i % 4 WHEN 0 THEN 'auto paired' WHEN 1 THEN 'BToE disabled' WHEN 2 THEN 'not paired' ELSE '' END, '2.0.1',
  CASE i % 9 WHEN 0 THEN 'Jabra Evolve 40' ELSE '' END, '', '', NULL
FROM {numbers} AS numbers JOIN site ON site.id = {place}"""
_SEEN = "INSERT INTO device_seen (mac, seen_at) SELECT {mac}, {changed} FROM {numbers} AS numbers"
_CHANGED = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || (i * 7919 % 2000000) || ' seconds')",
    "postgresql": "CAST(:now AS timestamptz) - (CAST(i AS bigint) * 7919 % 2000000) * interval '1 second'",
}


def add(database: Database, number: int) -> None:
    """Add so many phones with users and devices, spread over tenants and sites, to an installation without any."""
    with writing(database, ALL_TENANTS) as session:
        for place in range(_TENANTS):
            tenant = Tenant(name=f"Tenant {place:02}")
            tenancy.prepare_new_tenant(session, tenant, now=datetime.now(UTC))
            session.flush()
            session.add_all(
                Site(name=f"Site {place:02}-{one}", tenant=tenant) for one in range(_SITES_OF_EACH)
            )
            session.flush()
    with reading(database, ALL_TENANTS) as session:
        values = {
            "most": number,
            "sites": _TENANTS * (_SITES_OF_EACH + 1),
            "first_site": (session.scalar(select(func.max(Site.id))) or 0)
            - _TENANTS * (_SITES_OF_EACH + 1)
            + 1,
            "template": session.scalar(select(func.min(ConfigTemplate.id))),
            "first_user": session.scalar(select(func.max(PhoneUser.id))) or 0,
        }
        first_device = session.scalar(select(func.max(Device.id))) or 0
    with database.writer.begin() as connection:
        _make_room(connection)
        _run(connection, _USERS, values | {"first_id": values["first_user"]})
        for statement in (_DEVICES, _STATUS_ROWS, _SEEN):
            _run(connection, statement, values | {"first_id": first_device})
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE device_status ENABLE TRIGGER phone_search_of_new"))
    tidy_up(database)


def _run(connection: Connection, statement: str, values: Mapping[str, Any]) -> None:
    kind = connection.dialect.name
    written = statement.format(
        numbers=_NUMBERS[kind],
        place=_PLACE[kind],
        mac="'00908f' || " + _HEX[kind].format("i"),
        false="false",
        changed=_CHANGED[kind],
        is_device=_IS_DEVICE,
        network=_NETWORK,
        name=f"{_one_of(_NAMES, 'i')} || ' ' || {_one_of(_FAMILIES, 'i / 3')} || ' ' || i",
        status=_one_of(_STATUSES, "i * 7"),
        model=_one_of(_MODELS, "i * 5 / 3"),
        version=_one_of(_VERSIONS, "i / 7"),
    )
    now = datetime.now(UTC)
    known: dict[str, Any] = dict(values) | {
        "now": now if kind == "postgresql" else f"{now:%Y-%m-%d %H:%M:%S.%f}"
    }
    connection.execute(text(written), {name: known[name] for name in known if f":{name}" in written})


def _one_of(words: tuple[str, ...], number: str) -> str:
    cases = " ".join(f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE ({number}) % {len(words)} {cases} END"


def _make_room(connection: Connection) -> None:
    """Leave out on PostgreSQL what looks each row up in other tables, and give SQLite memory for its indexes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        # What phones are found by is written all the same.
        connection.execute(text("ALTER TABLE device_status ENABLE ALWAYS TRIGGER phone_search_of_new"))
    else:
        connection.execute(text("PRAGMA cache_size = -500000"))


def tidy_up(database: Database) -> None:
    """Do what an installation has done by itself after a while."""
    engine = database.writer
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET statement_timeout = 0"))
            for model in (PhoneUser, Device):
                name = model.__tablename__
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"
                    )
                )
            connection.execute(text("VACUUM ANALYZE"))
        else:
            connection.execute(text("ANALYZE"))


def count(database: Database) -> int:
    """Return how many phones there are."""
    with reading(database, ALL_TENANTS) as session:
        return session.scalar(select(func.count()).select_from(DeviceStatus)) or 0


def has_phones(database: Database) -> bool:
    """Whether the database is an installation with phones in it."""
    if not inspect(database.reader).has_table(DeviceStatus.__tablename__):
        return False
    with reading(database, ALL_TENANTS) as session:
        return session.scalar(select(DeviceStatus.mac).limit(1)) is not None
