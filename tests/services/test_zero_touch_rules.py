"""The rules of administrators decide what phones get, and decisions say so."""

import pytest
from sqlalchemy import select

from app.models import Device, RuleHits
from app.models.enums import Approval, RuleKind, Status
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.trace import steps_from_json
from app.services import zero_touch
from app.services.rule_sets import reading
from tests import factories
from tests.services.reporting import ANNA, MAC, report
from tests.services.rule_writing import activate

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
IN_ACME = {"give": "tenant", "tenant": "Acme"}


@pytest.fixture
def acme(session):
    return factories.make_tenant(session, "Acme")


@pytest.mark.usefixtures("acme")
class TestPlacement:
    """Rules of placement stand ahead of the ladder."""

    def test_rule_places_a_phone_and_the_decision_names_it(self, session):
        version = activate(
            session, RuleKind.PLACEMENT, ("user ~ anna*", IN_ACME), ("model = 405", {"give": "approval"})
        )
        row = report(session, Status.REGISTERED, **ANNA)

        assert (row.tenant.name, row.approval) == ("Acme", Approval.NOT_NEEDED)
        decision = zero_touch.decisions_of(session, MAC)[0]
        kept = steps_from_json(decision.steps)
        rule = reading.rows_of(session, version.id)[0]
        assert (kept[0].title, kept[0].rule) == ('Rule 1 "user ~ anna*"', rule.key)
        assert kept[0].verdict is Verdict.MATCHED
        assert not any("model = 405" in step.title for step in kept)
        assert decision.rules["versions"] == {"placement": [version.id]}
        assert decision.rules["known"]["user"] == ANNA["user_name"]

    def test_hits_are_counted_for_the_rule_that_decided(self, session):
        version = activate(session, RuleKind.PLACEMENT, ("user ~ nobody*", IN_ACME), ("", IN_ACME))
        report(session, Status.REGISTERED, **ANNA)

        _, second = reading.rows_of(session, version.id)
        assert session.execute(select(RuleHits.rule_key, RuleHits.hits)).all() == [(second.key, 1)]

    def test_where_no_rule_matches_the_ladder_decides(self, session):
        activate(session, RuleKind.PLACEMENT, ("user ~ nobody*", IN_ACME))
        row = report(session, Status.REGISTERED, region="Acme", **ANNA)

        assert row.tenant.name == "Acme"
        assert session.scalars(select(RuleHits)).all() == []


@pytest.mark.usefixtures("acme")
class TestWhatFollows:
    """Rules of template and firmware are asked once the place is known."""

    def test_rules_see_where_placement_put_the_phone(self, session):
        activate(session, RuleKind.TEMPLATE, ("tenant = Acme", {"give": "wait"}))
        row = report(session, Status.REGISTERED, region="Acme", **ANNA)
        assert row.template_id is None

        other = report(session, Status.REGISTERED, mac="00908f999999", region="Default", **ANNA)
        assert other.template_id is not None

    def test_rules_of_the_tenant_count_for_its_phones_alone(self, session, acme):
        activate(session, RuleKind.TEMPLATE, ("", {"give": "wait"}), tenant_id=acme.id)

        assert report(session, Status.REGISTERED, region="Acme", **ANNA).template_id is None
        decision = zero_touch.decisions_of(session, MAC)[0]
        assert decision.outcome["reasons"][1].startswith('Tenant rule 1 "everything" matched')
        other = report(session, Status.REGISTERED, mac="00908f999999", region="Default", **ANNA)
        assert other.template_id is not None

    def test_rule_gives_a_firmware_to_the_device(self, session, tmp_path):
        pilot = factories.make_firmware(session, tmp_path, "pilot.img")
        activate(session, RuleKind.FIRMWARE, ("model = 430HD", {"give": "firmware", "firmware": "pilot.img"}))
        report(session, Status.REGISTERED, region="Acme", **ANNA)

        assert session.scalars(select(Device)).one().firmware_id == pilot.id
