"""Templates: which one makes the file of a phone; the built-in ladder."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from app.models.enums import Stage, Train
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.facts import TRAIN_TITLES, NamedTemplate, TemplateFact, TenantFact
from app.rules.zero_touch.outcomes import GivenTemplate, TemplateOutcome
from app.rules.zero_touch.stage_rules import StageRules
from app.rules.zero_touch.trace import Ahead, Matched, Missed, Rung, Step, decide


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """The template of a phone, None while it has to wait for one."""

    template_id: int | None
    reason: str
    steps: tuple[Step, ...]


class TemplateTable:
    """The templates as they are at one moment, arranged for many phones; built anew when one changes.

    ``named`` are those that rules may give.
    """

    def __init__(self, templates: Iterable[TemplateFact], named: Iterable[NamedTemplate] = ()) -> None:
        self._named = {template.id: template for template in named}
        self._defaults: dict[tuple[str, Train, int], TemplateFact] = {}
        self._factory: dict[tuple[str, Train], TemplateFact] = {}
        for template in templates:
            model = template.model.casefold()
            if template.is_default and template.tenant_id is not None:
                self._defaults[model, template.train, template.tenant_id] = template
            if template.is_factory:
                self._factory[model, template.train] = template

    def find_default(self, model: str, train: Train, tenant_id: int) -> TemplateFact | None:
        """Return the Zero Touch default of {model, tenant, train}, or None."""
        return self._defaults.get((model.casefold(), train, tenant_id))

    def find_named(self, template_id: int) -> NamedTemplate | None:
        """Return a template that a rule gives, None where it is no more."""
        return self._named.get(template_id)

    def find_factory(self, model: str, train: Train) -> TemplateFact | None:
        """Return the factory template of {model, train}, or None."""
        return self._factory.get((model.casefold(), train))


def choose_template(
    model: str | None,
    train: Train,
    tenant: TenantFact | None,
    templates: TemplateTable,
    rules: StageRules[TemplateOutcome] | None = None,
) -> TemplateChoice:
    """Return what the rules of administrators say, else the tenant's default, else the factory's, else none yet."""
    question = _Question(model, train, tenant, templates)
    decided = decide(Stage.TEMPLATE, LADDER, question, _ask(rules, question) if rules else None)
    return TemplateChoice(decided.answer, decided.reason, decided.steps)


@dataclass(frozen=True, slots=True)
class _Question:
    model: str | None
    train: Train
    tenant: TenantFact | None
    templates: TemplateTable

    @property
    def phone(self) -> str:
        return f"{self.model} ({TRAIN_TITLES[self.train]})"


_UNKNOWN_MODEL = Missed("The model of the phone is not known.", Verdict.NOT_KNOWN)


def _default_of_tenant(question: _Question) -> Matched[int | None] | Missed:
    tenant = question.tenant
    if question.model is None:
        return _UNKNOWN_MODEL
    if tenant is None:
        return Missed("The tenant of the phone is not known.", Verdict.NOT_KNOWN)
    template = question.templates.find_default(question.model, question.train, tenant.id)
    if template is None:
        return Missed(f"Tenant {tenant.name} has no default template of its own for {question.phone}.")
    return Matched(
        template.id, f"{template.name} is the default template of tenant {tenant.name} for {question.phone}."
    )


def _factory(question: _Question) -> Matched[int | None] | Missed:
    if question.model is None:
        return _UNKNOWN_MODEL
    template = question.templates.find_factory(question.model, question.train)
    if template is None:
        return Missed(f"There is no factory template for {question.phone}.")
    return Matched(template.id, f"{template.name} is the factory template for {question.phone}.")


def _on_hold(question: _Question) -> Matched[int | None]:
    if question.model is None:
        return Matched(None, "The phone has to wait for a template, because its model is not known.")
    return Matched(
        None,
        f"The phone has to wait, because there is no template for {question.phone}.",
    )


def _ask(rules: StageRules[TemplateOutcome], question: _Question) -> Ahead[int | None]:
    return rules.ask(Stage.TEMPLATE, partial(_why_not, question), partial(_answer, question))


def _why_not(question: _Question, outcome: TemplateOutcome) -> str:
    if not isinstance(outcome, GivenTemplate):
        return ""
    template = question.templates.find_named(outcome.template_id)
    if template is None:
        return "the template that it names is no more"
    if question.model is not None and template.model.casefold() != question.model.casefold():
        return f"its template {template.name} is for model {template.model}"
    is_anothers = template.tenant_id is not None and (
        question.tenant is None or question.tenant.id != template.tenant_id
    )
    return f"its template {template.name} belongs to another tenant" if is_anothers else ""


def _answer(question: _Question, outcome: TemplateOutcome, _: frozenset[str]) -> Matched[int | None]:
    template = (
        question.templates.find_named(outcome.template_id) if isinstance(outcome, GivenTemplate) else None
    )
    if template is None:
        return Matched(None, "The phone has to wait for a template.")
    return Matched(template.id, f"Its template is {template.name}.")


LADDER: tuple[Rung[_Question, int | None], ...] = (
    Rung(
        "template.tenant_default",
        "Default template of the tenant",
        _default_of_tenant,
        "What Templates Mapping has for the tenant, the model and its firmware.",
    ),
    Rung(
        "template.factory",
        "Factory template of the model",
        _factory,
        "The template that came with Ringmaster for the model and its firmware.",
    ),
    Rung("template.hold", "Hold", _on_hold, "No template: it waits until one fits."),
)
