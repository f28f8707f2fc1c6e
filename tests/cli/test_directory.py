"""What the directory says of somebody, for who sets it up."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.cli import commands
from app.cli.release import opened_database
from app.models import Operator
from app.security.tenant_scope import ALL_TENANTS
from app.transaction import writing
from config import Settings, load_settings
from tests.slapd import BASE, GROUPS, PERSONS_PASSWORD, Slapd
from tests.views.ways import write_directory


def test_it_is_told_who_is_found_and_what_that_gives(
    installation: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    slapd: Slapd,
) -> None:
    file = write_directory(tmp_path, slapd)
    monkeypatch.setenv("RINGMASTER_SIGN_IN_FILE", str(file))

    def told(name: str) -> str:
        return capsys.readouterr().out if commands.main(["test-directory", name]) == 0 else ""

    ann = told("u1")
    assert f"Acme directory has uid=u1,{BASE}" in ann
    assert f"group       cn=berlin-desk,{GROUPS}" in ann
    assert "Let in as Helpdesk for acme (there is no such tenant)." in ann
    assert "Let in as Administrator for all tenants." in told("u0")
    assert "Not let in: none of these groups" in told("u3")
    with opened_database(load_settings()) as database, writing(database, ALL_TENANTS) as session:
        session.scalars(select(Operator)).one().username = "u0"
    assert "signs in another way: it goes before" in told("u0")
    assert told("nobody") == ""
    assert "has nobody called nobody, or several" in capsys.readouterr().err

    file.write_text(file.read_text().replace('bind_user = "cn=phones', 'bind_as = "uid={username},ou=people'))
    text = file.read_text().replace('bind_password_file = "reader"\n', "")
    file.write_text(text)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PERSONS_PASSWORD)
    assert f"has uid=u1,{BASE}" in told("u1")
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "wrong")
    assert told("u1") == ""
    assert "has nobody called u1 by this password" in capsys.readouterr().err
    monkeypatch.delenv("RINGMASTER_SIGN_IN_FILE")
    assert told("u1") == ""
    assert "No directory is set up" in capsys.readouterr().err
