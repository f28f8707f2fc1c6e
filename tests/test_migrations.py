"""The numbered migrations: up, down, and in step with the models, on both kinds of database."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, text

from app import schema
from app.database import is_table_on, make_engine
from app.errors import ConflictError
from app.models import Device

AT = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS_OF_A_PHONE = (
    "placement_reason", "url_tenant", "external_ip", "subnet_mask", "model", "firmware_version", "user_agent",
    "user_id", "phone_number", "region", "sip_proxy", "vlan_id", "btoe_status", "btoe_version", "usb_headset",
    "hrs_speaker_model", "hrs_speaker_firmware",
)  # fmt: skip


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def tables_on(engine: Engine) -> set[str]:
    dialect = engine.dialect.name
    return {table.name for table in Device.metadata.tables.values() if is_table_on(table, dialect)}


def test_they_make_what_the_models_say(engine: Engine) -> None:
    schema.migrate(engine)
    with engine.connect() as connection:
        compared = {"compare_type": True, "include_object": schema.comparing(engine.dialect.name)}
        context = MigrationContext.configure(connection, opts=compared)
        assert compare_metadata(context, Device.metadata) == []


def test_what_they_make_they_take_away_again(engine: Engine) -> None:
    schema.migrate(engine)
    schema.migrate(engine, "base")
    assert tables(engine) == set()
    schema.migrate(engine)
    assert tables(engine) == tables_on(engine)


def test_a_migrated_database_is_up_to_date(engine: Engine) -> None:
    schema.migrate(engine)
    schema.check_fits(engine)
    assert len(tables(engine)) > 20


def test_an_empty_database_is_behind_and_the_message_says_what_to_do(engine: Engine) -> None:
    with pytest.raises(ConflictError, match=r"at revision none .* Run `python run.py init`"):
        schema.check_fits(engine)


def test_they_are_numbered_without_a_gap_or_a_fork() -> None:
    revisions = [script.revision for script in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()]
    assert sorted(revisions) == [f"{number:04}" for number in range(1, len(revisions) + 1)]


def test_language_and_keep_alive_period_become_values_of_placeholders_and_go_back(engine: Engine) -> None:
    before = ScriptDirectory(str(schema.MIGRATIONS)).get_revision("0006").down_revision
    schema.migrate(engine, before)
    with engine.begin() as connection:
        add = text("INSERT INTO system_setting (name, value) VALUES (:name, :value)")
        connection.execute(add, [{"name": "language", "value": b"1"}, {"name": "public_url", "value": b"2"}])
    schema.migrate(engine, "0006")
    with engine.begin() as connection:
        assert (
            bytes(
                connection.execute(text("SELECT value FROM placeholder WHERE name = 'Language'")).scalar_one()
            )
            == b"1"
        )
        assert connection.execute(text("SELECT name FROM system_setting")).scalars().all() == ["public_url"]
    schema.migrate(engine, before)
    with engine.begin() as connection:
        names = connection.execute(text("SELECT name FROM system_setting ORDER BY name")).scalars().all()
        assert names == ["language", "public_url"]


def test_values_that_stayed_behind_with_another_tenant_are_brought_home(engine: Engine) -> None:
    before = ScriptDirectory(str(schema.MIGRATIONS)).get_revision("0009").down_revision
    schema.migrate(engine, before)
    found = MetaData()
    found.reflect(engine)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    tenant = {"description": "", "is_default": False, "approves_automatically": False, "endpoint_licenses": 1}
    named = {"id": 1, "tenant_id": 2, "name": "n", "name_key": "n"}
    value = {"tenant_id": 1, "value": b"x"}
    rows: tuple[tuple[str, dict[str, Any]], ...] = (
        *(("tenant", {**tenant, "id": n, "name": f"t{n}", "name_key": f"t{n}", "created_at": at}) for n in (1, 2)),
        ("site", {**named, "description": "", "is_auto_detection": False}),
        (
            "phone_user",
            {
                **named, "display_name": "", "nickname": "", "is_system": False, "created_at": at,
            },
        ),
        ("placeholder", {**value, "layer": "site", "site_id": 1, "name": "P", "description": ""}),
        ("placeholder", {**value, "layer": "tenant", "name": "P", "description": ""}),
        ("configuration_value", {**value, "level": "site", "site_id": 1, "parameter": "a/b"}),
        ("configuration_value", {**value, "level": "user", "phone_user_id": 1, "parameter": "a/b"}),
    )  # fmt: skip
    with engine.begin() as connection:
        for table, row in rows:
            connection.execute(found.tables[table].insert(), row)
    schema.migrate(engine, "0009")
    with engine.connect() as connection:
        placeholders = text("SELECT layer, tenant_id FROM placeholder ORDER BY layer")
        assert connection.execute(placeholders).all() == [("site", 2), ("tenant", 1)]
        assert connection.execute(text("SELECT tenant_id FROM configuration_value")).scalars().all() == [2, 2]


def test_names_of_users_are_found_in_one_coding_and_twins_are_left_alone(engine: Engine) -> None:
    before = ScriptDirectory(str(schema.MIGRATIONS)).get_revision("0010").down_revision
    schema.migrate(engine, before)
    names = {1: "Zoe\u0308", 2: "ben", 3: "Ame\u0301", 4: "am\u00e9"}
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO tenant (id, name, name_key, description, is_default, approves_automatically, "
                "endpoint_licenses, created_at) VALUES (1, 'A', 'a', '', true, false, 1, '2026-03-09 14:00:00')"
            )
        )
        add = text(
            "INSERT INTO phone_user (id, tenant_id, name, name_key, display_name, nickname, is_system, created_at) "
            "VALUES (:id, 1, :name, :key, '', '', false, '2026-03-09 14:00:00')"
        )
        rows = [{"id": number, "name": name, "key": name.casefold()} for number, name in names.items()]
        connection.execute(add, rows)
    schema.migrate(engine, "0010")
    with engine.begin() as connection:
        keys = dict(connection.execute(text("SELECT id, name_key FROM phone_user")).all())
    assert keys == {1: "zo\u00eb", 2: "ben", 3: "ame\u0301", 4: "am\u00e9"}


def test_operations_that_were_stopped_are_paused_with_all_their_targets(engine: Engine) -> None:
    schema.migrate(engine, "0012")
    operation = {
        "id": 1, "action": "restart", "subject": "devices", "options": "{}", "batch_size": 5, "delay_seconds": 0,
        "patience_seconds": 60, "state": "stopped", "total": 1, "next_batch_at": "2026-03-09 14:00:00",
        "left_in_batch": 0, "last_served_at": "2026-03-09 14:00:00", "created_by": "a", "created_from": "",
        "created_at": "2026-03-09 14:00:00", "stopped_by": "alice",
    }  # fmt: skip
    target = {
        "id": 1, "operation_id": 1, "key": "00908f000001", "label": "", "state": "waiting", "reason": "",
        "attempts": 0, "owner": "", "changed_at": "2026-03-09 14:00:00",
    }  # fmt: skip
    with engine.begin() as connection:
        for table, row in (("operation", operation), ("operation_target", target)):
            names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), row)
    schema.migrate(engine, "0013")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT state, paused_by FROM operation")).all() == [
            ("paused", "alice")
        ]
        assert connection.execute(text("SELECT state, wave FROM operation_target")).all() == [("waiting", 0)]
    schema.migrate(engine, "0012")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT state, stopped_by FROM operation")).all() == [
            ("stopped", "alice")
        ]
        assert connection.execute(text("SELECT state FROM operation_target")).scalars().all() == ["waiting"]


def test_operations_keep_what_is_theirs_while_another_action_is_let_in_and_out(engine: Engine) -> None:
    schema.migrate(engine, "0022")
    found = MetaData()
    found.reflect(engine)
    at = datetime(2026, 3, 9, 14, tzinfo=UTC)
    operation = {
        "action": "generate", "subject": "devices", "options": {}, "batch_size": 5, "delay_seconds": 0,
        "patience_seconds": 60, "state": "finished", "total": 1, "next_batch_at": at, "left_in_batch": 0,
        "last_served_at": at, "created_by": "alice", "created_from": "", "created_at": at, "paused_by": "",
    }  # fmt: skip
    target = {
        "id": 5, "operation_id": 2, "key": "00908f000001", "label": "", "state": "confirmed", "reason": "",
        "attempts": 1, "owner": "", "changed_at": at,
    }  # fmt: skip
    wave = {
        "operation_id": 2,
        "number": 1,
        "name": "wave 1",
        "state": "passed",
        "finding": "",
        "passed_over_by": "",
    }
    file = {"target_id": 5, "content": b"before", "given_etag": "1", "columns": {}}
    with engine.begin() as connection:
        for undone in (None, 2):
            row = {**operation, "id": 3 if undone else 2, "undoes_id": undone}
            connection.execute(found.tables["operation"].insert(), row)
        for table, row in (("operation_target", target), ("operation_wave", wave), ("operation_file", file)):
            connection.execute(found.tables[table].insert(), row)
    for revision in ("0023", "0022"):
        schema.migrate(engine, revision)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT id, undoes_id FROM operation ORDER BY id")).all() == [
                (2, None),
                (3, 2),
            ]
            for table in ("operation_target", "operation_wave"):
                assert connection.execute(text(f"SELECT operation_id FROM {table}")).all() == [(2,)]
            assert connection.execute(found.tables["operation_file"].select()).one().content == b"before"


def test_alarms_of_before_keep_their_severity_and_are_looked_at_once(engine: Engine) -> None:
    before = ScriptDirectory(str(schema.MIGRATIONS)).get_revision("0014").down_revision
    schema.migrate(engine, before)
    found = MetaData()
    found.reflect(engine)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    texts = (
        "name", "wire_name", "source", "mac", "ip", "remote_host", "text", "info1", "info2", "unique_id",
        "reported_type", "reported_cause", "reported_date",
    )  # fmt: skip
    alarm = {
        **dict.fromkeys(texts, ""),
        "is_event": False, "severity": "minor", "count": 1, "first_raised_at": at, "last_raised_at": at,
    }  # fmt: skip
    with engine.begin() as connection:
        add = found.tables["alarm"].insert()
        connection.execute(add, [{**alarm, "dedup_key": "a", "cleared_at": None}])
        connection.execute(add, [{**alarm, "dedup_key": "b", "cleared_at": at}])
    schema.migrate(engine, "0014")
    look = text(
        "SELECT reported_severity, cleared_by, next_due_at IS NULL, changed_at = last_raised_at FROM alarm ORDER BY id"
    )
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(look)]
    assert rows == [("minor", None, False, True), ("minor", "phone", True, True)]
    schema.migrate(engine, before)
    schema.migrate(engine, "0014")


def test_phones_that_were_there_before_are_entered_among_what_is_searched(engine: Engine) -> None:
    schema.migrate(engine, "0028")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    phone = {
        "mac": "00908f000001", "approval": "needed", "first_seen_at": at, "is_behind_proxy": False, "ip": "10.1.2.3",
        **dict.fromkeys(TEXTS_OF_A_PHONE, ""), "user_name": "Anna Meier", "location": "Floor 3",
    }  # fmt: skip
    found = MetaData()
    found.reflect(engine, only=["device_status"])
    with engine.begin() as connection:
        connection.execute(found.tables["device_status"].insert(), phone)
    schema.migrate(engine, "0029")
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            kept = text("SELECT words, user_key, location_key, ip_number FROM phone_search")
            words, *keys = connection.execute(kept).one()
            assert words.split("\n") == ["00908f000001", "anna meier", "", "", "10.1.2.3", ""]
            assert keys == ["anna meier", "floor 3", 0x0A010203]
    schema.migrate(engine, "0028")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT user_name FROM device_status")).scalars().all() == [
            "Anna Meier"
        ]
        connection.execute(text("UPDATE device_status SET user_name = 'Anna Berg'"))
        connection.execute(text("DELETE FROM device_status"))


def test_destinations_with_their_messages_are_there_when_another_kind_is_let_in(engine: Engine) -> None:
    before = ScriptDirectory(str(schema.MIGRATIONS)).get_revision("0037").down_revision
    schema.migrate(engine, before)
    found = MetaData()
    found.reflect(engine)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    destination = {
        "name": "Hook", "name_key": "hook", "kind": "webhook", "is_enabled": True, "settings": {}, "secrets": b"",
        "rate_per_minute": 60, "give_up_after_hours": 24, "created_at": at, "owner": "",
        "failures": 0, "last_error": "",
    }  # fmt: skip
    group = {
        "id": 1, "destination_id": 1, "key": "k", "rule_key": "r", "title": "", "interval_seconds": 1,
        "repeat_seconds": 0, "opened_at": at,
    }  # fmt: skip
    delivery = {
        "id": 1, "destination_id": 1, "group_id": 1, "key": "d", "reason": "raise", "severity": "info", "subject": "",
        "payload": {}, "is_test": False, "state": "sent", "attempts": 1, "created_at": at,
        "give_up_at": at, "answer": "",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(found.tables["destination"].insert(), {"id": 1, **destination})
        connection.execute(found.tables["notice_group"].insert(), group)
        connection.execute(found.tables["delivery"].insert(), delivery)
    schema.migrate(engine, "0037")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT destination_id, group_id FROM delivery")).all() == [(1, 1)]
        events = {"id": 2, **destination, "name": "CMDB", "name_key": "cmdb", "kind": "events"}
        connection.execute(found.tables["destination"].insert(), events)
        connection.execute(text("INSERT INTO event_place VALUES (2, 0, 0, 0)"))
        told = {**delivery, "id": 2, "destination_id": 2, "group_id": None, "key": "e", "reason": "event"}
        connection.execute(found.tables["delivery"].insert(), told)
    schema.migrate(engine, before)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM destination")).all() == [("Hook",)]
        assert connection.execute(text("SELECT group_id FROM delivery")).all() == [(1,)]
    schema.migrate(engine, "0037")


def test_what_is_there_stays_when_guards_forms_and_outside_accounts_come_and_go(engine: Engine) -> None:
    schema.migrate(engine, "0033")
    found = MetaData()
    found.reflect(engine)

    def add(connection: Connection, name: str, /, **values: object) -> None:
        table = found.tables[name]
        connection.execute(table.insert(), {**_least_of(table), **values})

    with engine.begin() as connection:
        add(connection, "tenant", id=1, name="Acme", name_key="acme")
        add(connection, "phone_model", id=1, name="430HD", vendor="AudioCodes")
        add(connection, "ab_user", id=1, username="ann", email="ann@acme.com")
        for number, cleared_at in ((1, None), (2, AT)):
            add(connection, "alarm", id=number, dedup_key="k", severity="major", cleared_at=cleared_at)
    for _ in range(2):
        schema.migrate(engine, "head")
        with engine.begin() as connection:
            active = connection.execute(text("SELECT id, active_key FROM alarm ORDER BY id")).all()
            assert active == [(1, "k"), (2, None)]
            model = text("SELECT name, file_names, value_format FROM phone_model")
            assert connection.execute(model).all() == [("430HD", "", "audiocodes")]
            assert connection.execute(text("SELECT username, signs_in_by FROM ab_user")).all() == [
                ("ann", "")
            ]
            connection.execute(text("UPDATE tenant SET hands_out_once = true"))
            connection.execute(text("UPDATE phone_model SET value_format = 'xml'"))
            connection.execute(text("UPDATE ab_user SET signs_in_by = 'ldap', outside_key = 'ann'"))
        schema.migrate(engine, "0033")
        with engine.begin() as connection:
            for name, rows in (("tenant", 1), ("phone_model", 1), ("ab_user", 1), ("alarm", 2)):
                assert len(connection.execute(found.tables[name].select()).all()) == rows


def _least_of(table: Table) -> dict[str, object]:
    """Return a value for every column that has to have one."""
    usual: dict[type, object] = {int: 1, str: "", bool: False, datetime: AT, bytes: b"", dict: {}, float: 0.0}
    return {
        column.name: usual[column.type.python_type]
        for column in table.columns
        if not column.nullable and column.server_default is None and not column.primary_key
    }
