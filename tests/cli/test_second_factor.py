"""The way out for an administrator whose second factor is lost."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.cli import commands
from app.cli.release import opened_database
from app.models import JournalEntry, Operator, SecondFactor
from app.security import totp
from app.security.tenant_scope import ALL_TENANTS
from app.services import second_factors
from app.transaction import reading, writing
from config import Settings


def test_the_second_factor_of_an_account_is_reset(
    installation: Settings, capsys: pytest.CaptureFixture
) -> None:
    now = datetime.now(UTC)
    with opened_database(installation) as database, writing(database, ALL_TENANTS) as session:
        account = session.scalars(select(Operator)).one()
        second_factors.begin(session, account.id)
        session.flush()
        secret = session.scalars(select(SecondFactor.secret)).one()
        second_factors.confirm(session, account.id, totp.code_at(secret, now), now=now)
    assert commands.main(["reset-second-factor"]) == 0
    assert "acladmin signs in without a code now" in capsys.readouterr().out
    with opened_database(installation) as database, reading(database, ALL_TENANTS) as session:
        assert session.scalars(select(Operator)).one().second_factor_since is None
        assert session.scalars(select(SecondFactor)).all() == []
        assert "command line reset the second factor" in "\n".join(session.scalars(select(JournalEntry.text)))
    assert commands.main(["reset-second-factor"]) == 1
    assert commands.main(["reset-second-factor", "nobody"]) == 1
    assert "acladmin has no second factor.\nThere is no account nobody.\n" in capsys.readouterr().err
