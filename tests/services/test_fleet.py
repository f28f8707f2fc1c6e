"""Whole fleets are decided upon as phones are one by one, with all that a database has: tenants, templates, pins."""

from pathlib import Path

from sqlalchemy import insert, select, true

from app.models import Device, DevicePin
from app.models.enums import Stage
from app.rules.ordered.verdicts import Verdict
from app.security.tenant_scope import ALL_TENANTS
from app.services.config_files.sources import Sources
from app.services.rule_sets.active import DraftedRules
from app.services.zero_touch.anew import DecidesAnew, read_phones
from app.services.zero_touch.facts import Surroundings
from app.services.zero_touch.fleet import DecidesFleet
from app.transaction import reading, writing
from benchmarks import simulating

PHONES, RULES = 120, 60


def test_fleet_is_decided_upon_as_each_of_its_phones(tmp_path: Path) -> None:
    """By the active rules and by drafts, where the second side takes from the first what is asked the same again."""
    settings = simulating.settings_of(f"sqlite:///{tmp_path / 'fleet.db'}", tmp_path)
    simulating.prepare(settings, PHONES, RULES)
    with simulating.opened(settings) as database:
        with writing(database, ALL_TENANTS) as session:
            devices = session.execute(select(Device.id, Device.tenant_id).limit(9)).all()
            for number, (device_id, tenant_id) in enumerate(devices):
                pin = {"device_id": device_id, "tenant_id": tenant_id, "stage": list(Stage)[number % 3]}
                session.execute(insert(DevicePin), [{**pin, "pinned_at": simulating.AT, "pinned_by": "anna"}])
        with reading(database, ALL_TENANTS) as session:
            sources, sides = Sources(session), (None, DraftedRules(session))
            around = [Surroundings(session, rules, names_templates=True) for rules in sides]
            singly = [DecidesAnew(each, sources, simulating.AT) for each in around]
            before, after = (DecidesFleet(each, sources, simulating.AT) for each in around)
            decided_by = set()
            for phone in read_phones(session, true(), simulating.AT):
                seen = before.see(phone)
                first = before.decide(seen)
                for found, decider in zip((first, after.decide(seen, first)), singly, strict=True):
                    told = decider.decide(decider.look_at(phone))
                    steps = [step for step in told.steps if step.verdict is Verdict.MATCHED]
                    assert found.outcome == told.outcome
                    assert [step[:3] for step in found.steps] == [step[:3] for step in steps]
                    decided_by.update(step.rule for step in steps)
    assert {"placement.pinned", "template.pinned", "firmware.pinned"} <= decided_by
    assert len(decided_by) > 20
