"""What a phone gets from the address that its DHCP server hands out, as the phone API would answer it (manual 4.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models.enums import Train
from app.rules.sentences import quoted
from app.rules.zero_touch.placement import place
from app.rules.zero_touch.trace import Step
from app.services import status_rows
from app.services.waiting_files import WaitingFiles
from app.services.zero_touch import Decider

# A phone that nobody has: the first of AudioCodes' own range.
MADE_UP_MAC = "00908f000000"


@dataclass(frozen=True, slots=True)
class Trial:
    """The file, None where there is none, and the steps that led to it; ``reason`` says it in a sentence."""

    text: str | None
    template_id: int | None
    template_name: str
    reason: str
    steps: Sequence[Step]


def try_tenant_url(session: Session, *, model: str, train: Train, tenant_name: str, now: datetime) -> Trial:
    """Return what a new phone of this model gets that names the tenant in its address; nothing is changed or kept.

    Its address lies in no site. NotFoundError for an unknown tenant, InvalidInputError for an unknown model.
    """
    decider = Decider(session, now)
    surroundings = decider.surroundings
    if surroundings.topology.find_tenant_named(tenant_name) is None:
        raise NotFoundError(f"There is no tenant called {quoted(tenant_name)}.")
    if model not in surroundings.models:
        raise InvalidInputError(f"There is no phone model {quoted(model)}. Choose one of the list.")
    row = status_rows.make(MADE_UP_MAC, now) | {"url_tenant": tenant_name, "model": model}
    facts = replace(surroundings.facts_of(row), train=train)
    choice = decider.decide_on_file_request(row, facts, is_kept=False)
    if choice is None:
        raise RuntimeError("a phone that never reported became a device")
    steps = [*place(facts, surroundings.topology).steps, *choice.steps]
    if choice.template_id is None:
        return Trial(None, None, "", choice.reason, steps)
    text = WaitingFiles(decider.sources).text_for(
        MADE_UP_MAC, template_id=choice.template_id, tenant_id=row["tenant_id"], site_id=row["site_id"]
    )
    name = decider.sources.template(choice.template_id).name
    return Trial(text, choice.template_id, name, choice.reason, steps)
