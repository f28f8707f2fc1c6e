"""Which role may do what, as the product says it."""

import pytest

from app.security.roles import (
    ADMINISTRATOR,
    DEEDS,
    HELPDESK,
    MONITOR,
    OPERATOR,
    ROLES,
    needs_system_level,
    overview,
    permits,
)

CHANGES = {"can_add", "can_edit", "can_delete", "can_approve", "can_restart"}


def deeds_of(role: str) -> set[tuple[str, str]]:
    return {(page, deed) for page, deeds in DEEDS.items() for deed in deeds if permits(role, page, deed)}


def test_entries_match_whole_names():
    patterns = [pattern for entries in ROLES.values() for entry in entries for pattern in entry]
    assert all(pattern.startswith("^") and pattern.endswith("$") for pattern in patterns)
    assert not permits(OPERATOR, "Devices Status and more", "can_list")
    assert not permits(OPERATOR, "Sites", "can_edit_all")


def test_who_administers_may_do_everything():
    assert deeds_of(ADMINISTRATOR) == {(page, deed) for page, deeds in DEEDS.items() for deed in deeds}


def test_who_monitors_changes_nothing():
    assert not {deed for _, deed in deeds_of(MONITOR)} & CHANGES


def test_the_help_desk_restarts_and_sees_no_file():
    assert {(page, deed) for page, deed in deeds_of(HELPDESK) if deed in CHANGES} == {
        ("Operations", "can_restart"),
    }
    assert not {deed for _, deed in deeds_of(HELPDESK)} & {"can_show_file", "can_see_secrets", "can_export"}


@pytest.mark.parametrize("role", [HELPDESK, MONITOR])
def test_only_operators_and_administrators_see_secrets_and_the_journal(role: str):
    assert not permits(role, "Device", "can_see_secrets")
    assert not permits(role, "Templates", "can_see_secrets")
    assert not permits(role, "Activity Log", "can_list")


def test_tenants_and_accounts_are_changed_by_administrators_alone():
    for page, deed, roles, _ in overview():
        if page in {"Tenants", "Operators", "Roles"} and deed in {*CHANGES}:
            assert roles == [ADMINISTRATOR], (page, deed)


def test_the_journal_and_sites_need_the_system_level():
    assert needs_system_level("Activity Log", "can_list")
    assert needs_system_level("Sites", "can_edit")
    assert not needs_system_level("Device", "can_approve")
