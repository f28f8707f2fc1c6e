"""What a phone that comes new would get: Zero Touch is asked for one that nobody has; nothing is changed or kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models.enums import Stage, Train
from app.rules.sentences import quoted
from app.rules.zero_touch.facts import TenantFact
from app.rules.zero_touch.firmware import FirmwareChoice
from app.rules.zero_touch.template import TemplateChoice
from app.rules.zero_touch.trace import Step
from app.services import status_rows
from app.services.config_files.sources import Sources
from app.services.config_files.waiting import WaitingFiles
from app.services.zero_touch.explaining import NOBODY, Asked, explain, explain_placed
from app.services.zero_touch.facts import Surroundings
from app.services.zero_touch.typed_facts import MADE_UP_MAC


@dataclass(frozen=True, slots=True)
class Trial:
    """What was chosen, and the file that such a phone gets while it waits: without secrets.

    ``stages`` are the questions that were asked, each with the steps to its answer. ``template_name`` and ``text`` are
    empty where no template was found; the firmware is None where nobody asked for it.
    """

    template: TemplateChoice
    firmware: FirmwareChoice | None
    stages: Sequence[tuple[Stage, Sequence[Step]]]
    template_name: str = ""
    text: str = ""


def try_tenant_url(session: Session, *, tenant_name: str, model: str, train: Train, now: datetime) -> Trial:
    """Return what a phone gets that asks by the URL of a tenant, as the phone API would answer it (manual 4.5).

    Its address lies in no site. NotFoundError for an unknown tenant, InvalidInputError for an unknown model.
    """
    surroundings, sources = Surroundings(session), Sources(session)
    _check_asked(surroundings, tenant_name, model)
    row = status_rows.make(MADE_UP_MAC, now) | {"url_tenant": tenant_name, "model": model}
    facts = replace(surroundings.facts_of(row), train=train)
    explained = explain(surroundings, sources, Asked(facts, NOBODY, now))
    stages = [each for each in explained.stages if each[0] is not Stage.FIRMWARE]
    trial = Trial(explained.choices.template, None, stages)
    placement = explained.placement
    return _with_file(trial, sources, tenant_id=placement.tenant_id, site_id=placement.site_id)


def try_tenant(session: Session, *, tenant_name: str, model: str, train: Train, now: datetime) -> Trial:
    """Return what a phone gets that is in a tenant, and in none of its sites (manual 9.3, Templates Mapping).

    NotFoundError for an unknown tenant, InvalidInputError for an unknown model.
    """
    surroundings, sources = Surroundings(session), Sources(session)
    tenant = _check_asked(surroundings, tenant_name, model)
    row = status_rows.make(MADE_UP_MAC, now) | {"model": model}
    facts = replace(surroundings.facts_of(row), train=train)
    asked = Asked(facts, NOBODY, now)
    explained = explain_placed(surroundings, sources, asked, tenant_id=tenant.id, site_id=None)
    choices = explained.choices
    trial = Trial(choices.template, choices.firmware, explained.stages)
    return _with_file(trial, sources, tenant_id=tenant.id, site_id=None)


def _check_asked(surroundings: Surroundings, tenant_name: str, model: str) -> TenantFact:
    """Return the tenant, where there is one that the account sees, and the model is known."""
    tenant = surroundings.topology.find_tenant_named(tenant_name)
    if tenant is None:
        raise NotFoundError(
            f"There is no tenant called {quoted(tenant_name)}, or none that your account may see."
        )
    if model not in surroundings.models:
        raise InvalidInputError(f"There is no phone model {quoted(model)}. Choose one of the list.")
    return tenant


def _with_file(trial: Trial, sources: Sources, *, tenant_id: int | None, site_id: int | None) -> Trial:
    template_id = trial.template.template_id
    if template_id is None:
        return trial
    text = WaitingFiles(sources).text_for(
        MADE_UP_MAC, template_id=template_id, tenant_id=tenant_id, site_id=site_id
    )
    return replace(trial, template_name=sources.template(template_id).name, text=text)
