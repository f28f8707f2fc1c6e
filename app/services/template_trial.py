"""What a phone of a model would get in a tenant if it came new: the Test tab of Templates Mapping."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.models.enums import Stage, Train
from app.rules.zero_touch.trace import Step
from app.services import zero_touch
from app.services.file_sources import Sources
from app.services.waiting_files import WaitingFiles
from app.services.zero_touch import Choices
from app.services.zero_touch_facts import Surroundings

MADE_UP_MAC = "00908f000000"


@dataclass(frozen=True, slots=True)
class Trial:
    """What was chosen, with its steps, and the file such a phone would get while it waits: without secrets.

    ``template_name`` and ``text`` are empty where no template was found.
    """

    choices: Choices
    template_name: str
    text: str

    @property
    def stages(self) -> list[tuple[Stage, tuple[Step, ...]]]:
        """The steps by the question that they answer."""
        return [(Stage.TEMPLATE, self.choices.template.steps), (Stage.FIRMWARE, self.choices.firmware.steps)]


def try_out(session: Session, *, tenant_name: str, model: str, train: Train) -> Trial:
    """Ask the rules of Zero Touch as for a phone that comes new; nothing is changed or kept."""
    surroundings, sources = Surroundings(session), Sources(session)
    tenant = surroundings.topology.find_tenant_named(tenant_name)
    if tenant is None:
        raise NotFoundError("There is no such tenant, or none that your account may see.")
    if model not in surroundings.models:
        raise InvalidInputError("Choose one of the phone models that there are.")
    choices = zero_touch.choose(surroundings, sources, (model, train, tenant.id, None))
    if choices.template.template_id is None:
        return Trial(choices, "", "")
    text = WaitingFiles(sources).text_for(
        MADE_UP_MAC, template_id=choices.template.template_id, tenant_id=tenant.id, site_id=None
    )
    return Trial(choices, sources.template(choices.template.template_id).name, text)
