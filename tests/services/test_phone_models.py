"""Phone models: what may be added, how phones are told by them, and what stands against their deletion."""

import pytest
from sqlalchemy.orm import Session

from app.errors import ConflictError, RingmasterError
from app.models import PhoneModel
from app.services import phone_models
from app.services.status_rows import make
from app.services.zero_touch.facts import Surroundings
from tests import factories
from tests.factories import NOW
from tests.services.statements import Statements
from tests.services.test_tenancy_deletion import add_template

FANVIL = "Fanvil X4U 2.4.5 0c383e1a2b3c"


def add_model(session: Session, name: str = "X4U", **fields) -> PhoneModel:
    model = PhoneModel(**{"vendor": "Fanvil", "name": name, **fields})
    phone_models.prepare(session, model)
    session.add(model)
    session.flush()
    return model


def test_a_model_of_another_vendor_is_added(session: Session) -> None:
    model = add_model(session, " X4U ", user_agent_pattern=" Fanvil X4U * ")
    assert (model.name, model.user_agent_pattern, model.is_shipped) == ("X4U", "Fanvil X4U *", False)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "X/4"}, "name"),
        ({"name": "X%4"}, "name"),
        ({"name": "450hd"}, "name"),
        ({"vendor": " "}, "vendor"),
        ({"user_agent_pattern": "*"}, "user_agent_pattern"),
    ],
)
def test_what_will_not_do_is_refused_at_its_field(session: Session, fields: dict, wrong: str) -> None:
    with pytest.raises(RingmasterError) as refusal:
        add_model(session, **fields)
    assert refusal.value.by_field.keys() == {wrong}


def test_one_pattern_tells_one_model(session: Session) -> None:
    add_model(session, user_agent_pattern="Fanvil X4U *")
    with pytest.raises(ConflictError, match="X4U has this pattern"):
        add_model(session, "X5", user_agent_pattern="FANVIL X4U *")


def test_a_shipped_model_keeps_its_name_and_may_be_described(session: Session) -> None:
    model = factories.get_model(session, "450HD")
    model.description = "The big one"
    phone_models.prepare(session, model)
    model.name = "451HD"
    with pytest.raises(ConflictError, match="450HD of AudioCodes comes with the product"):
        phone_models.prepare(session, model)
    session.rollback()


def test_a_new_name_is_doubted_where_phones_are_told_by_the_old_one(session: Session) -> None:
    model = add_model(session)
    model.name = "X5U"
    [doubt] = phone_models.prepare(session, model)
    assert doubt.startswith("New phones that call themselves X4U are no longer recognised")
    model.user_agent_pattern = "Fanvil X4U *"
    assert phone_models.prepare(session, model) == []


def test_a_shipped_model_may_not_go(session: Session) -> None:
    with pytest.raises(ConflictError, match="430HD comes with the product"):
        phone_models.check_model_may_go(session, factories.get_model(session))


def test_a_model_in_use_may_not_go(session: Session) -> None:
    model = add_model(session)
    template = add_template(session, factories.make_tenant(session))
    template.phone_model = model
    factories.make_device(session, phone_model=model)
    with pytest.raises(ConflictError, match="X4U still has 1 template, 1 device"):
        phone_models.check_model_may_go(session, model)


def test_a_model_without_phones_and_templates_may_go(session: Session) -> None:
    model = add_model(session)
    phone_models.check_model_may_go(session, model)
    session.delete(model)
    session.flush()


def test_a_phone_is_told_by_the_pattern_where_its_name_is_not_known(session: Session) -> None:
    add_model(session, user_agent_pattern="Fanvil X4U *")
    surroundings = Surroundings(session)
    row = make("0c383e1a2b3c", NOW)
    assert surroundings.facts_of(row | {"user_agent": FANVIL}).model == "X4U"
    assert surroundings.facts_of(row | {"user_agent": FANVIL, "model": "450HD"}).model == "450HD"
    assert surroundings.facts_of(row | {"user_agent": "Fanvil X5 1.0"}).model is None


@pytest.mark.parametrize(
    ("user_agent", "model", "reason"),
    [
        (FANVIL, "X4U", "fits the pattern of X4U"),
        ("AUDC-IPPhone-430HD_UC_2.0.13.121/1.0.0000.0", "430HD", "names the model 430HD of AudioCodes"),
        ("Yealink SIP-T48S 66.85.0.5", None, "add a model of this name"),
        ("Mozilla/5.0", None, "add a model with a pattern"),
    ],
)
def test_why_a_user_agent_is_a_model_is_told(
    session: Session, user_agent: str, model: str | None, reason: str
) -> None:
    add_model(session, user_agent_pattern="Fanvil X4U *")
    found = phone_models.recognise(session, user_agent)
    assert found.model == model
    assert reason in found.reason


def test_counting_takes_three_statements_for_all_models(session: Session) -> None:
    model = factories.get_model(session)
    factories.make_device(session)
    statements = Statements(session)
    assert statements.of(session, lambda: phone_models.figures_of(session, range(1, 20))) == 3
    assert phone_models.figures_of(session, [model.id]).devices == {model.id: 1}
