"""Which template makes the file of a phone."""

from app.models.enums import Stage, Train
from app.rules.zero_touch.facts import TemplateFact, TenantFact
from app.rules.zero_touch.template import TemplateTable, choose_template
from app.rules.zero_touch.trace import Verdict

ACME = TenantFact(2, "Acme")
GLOBEX = TenantFact(3, "Globex")
TEMPLATES = TemplateTable(
    [
        TemplateFact(1, "Audiocodes_450HD", "450HD", Train.GENERIC, is_factory=True),
        TemplateFact(2, "Audiocodes_450HD_LYNC", "450HD", Train.UC, is_factory=True),
        TemplateFact(3, "Acme 450HD", "450HD", Train.UC, ACME.id, is_default=True),
        TemplateFact(4, "Acme 450HD old", "450HD", Train.UC, ACME.id),
        TemplateFact(5, "Globex 405", "405", Train.GENERIC, GLOBEX.id, is_default=True),
    ]
)


def test_default_of_model_tenant_and_train_is_chosen() -> None:
    choice = choose_template("450HD", Train.UC, ACME, TEMPLATES)

    assert choice.template_id == 3
    assert choice.reason == (
        "Acme 450HD is the default template of tenant Acme for 450HD (Skype for Business)."
    )


def test_tenant_without_a_default_of_its_own_uses_the_factory_template() -> None:
    choice = choose_template("450HD", Train.UC, GLOBEX, TEMPLATES)

    assert choice.template_id == 2
    assert choice.reason == "Audiocodes_450HD_LYNC is the factory template for 450HD (Skype for Business)."
    assert choice.steps[0].sentence == (
        "Tenant Globex has no default template of its own for 450HD (Skype for Business)."
    )


def test_default_of_the_other_train_does_not_count() -> None:
    assert choose_template("450HD", Train.GENERIC, ACME, TEMPLATES).template_id == 1


def test_default_of_another_tenant_does_not_count() -> None:
    assert choose_template("405", Train.GENERIC, ACME, TEMPLATES).template_id is None


def test_model_is_found_without_regard_to_case() -> None:
    assert choose_template("450hd", Train.UC, ACME, TEMPLATES).template_id == 3


def test_phone_without_any_template_waits() -> None:
    choice = choose_template("405", Train.UC, ACME, TEMPLATES)

    assert choice.template_id is None
    assert (
        choice.reason == "The phone has to wait, because there is no template for 405 (Skype for Business)."
    )
    assert [step.verdict for step in choice.steps] == [
        Verdict.NOT_MATCHED,
        Verdict.NOT_MATCHED,
        Verdict.MATCHED,
    ]


def test_phone_of_an_unknown_model_waits_for_its_own_reason() -> None:
    choice = choose_template(None, Train.UC, ACME, TEMPLATES)

    assert choice.template_id is None
    assert choice.reason == "The phone has to wait for a template, because its model is not known."
    assert [step.verdict for step in choice.steps] == [Verdict.NOT_KNOWN, Verdict.NOT_KNOWN, Verdict.MATCHED]


def test_phone_without_a_tenant_gets_the_factory_template() -> None:
    choice = choose_template("450HD", Train.UC, None, TEMPLATES)

    assert choice.template_id == 2
    assert choice.steps[0].verdict is Verdict.NOT_KNOWN


def test_steps_are_those_of_the_stage() -> None:
    choice = choose_template("450HD", Train.UC, ACME, TEMPLATES)

    assert [(step.stage, step.rule) for step in choice.steps] == [
        (Stage.TEMPLATE, "template.tenant_default"),
        (Stage.TEMPLATE, "template.factory"),
        (Stage.TEMPLATE, "template.hold"),
    ]
