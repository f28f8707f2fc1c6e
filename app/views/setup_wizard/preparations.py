"""The steps that prepare what phones get: values of the tenant, templates and firmware of their models."""

from typing import Any

from sqlalchemy.orm import Session

from app.errors import InvalidInputError
from app.security.roles import EDIT, FIRMWARE, TEMPLATES_MAPPING, TENANT_CONFIGURATION
from app.services.configuration_values.changes import ReplacementError
from app.services.setup_wizard import models, progress, tenant_values
from app.services.setup_wizard.models import ReplacesDefaultsError
from app.services.setup_wizard.progress import Settled, Step
from app.services.setup_wizard.steps import Course
from app.views.authors import author
from app.views.form_problems import Question
from app.views.setting_form import time_zone_names
from app.views.setup_wizard.step_page import OpenQuestionError, Saved, Typed, goes_back
from app.views.shell import may
from app.views.template_form import is_id
from app.views.times import time_of_page
from app.views.web_session import db

_REPLACES = "replaces"
_TIME = "time"


class ConfigurationPage:
    """Step 4: the values that most people need."""

    template = "ringmaster/setup_wizard/configuration.html"

    def may_save(self) -> bool:
        """Tenant Configuration is the page of these values."""
        return may("can_add", TENANT_CONFIGURATION) and may(EDIT, TENANT_CONFIGURATION)

    def shown(self, course: Course, typed: Typed) -> dict[str, Any]:
        """Return the values, as they are or as they were typed."""
        offset, is_own = tenant_values.offset_of(db.session(), course.tenant)
        return {
            "fields": tenant_values.read(db.session(), course.tenant, course.train),
            "zone": typed.get(tenant_values.ZONE, ""),
            "zones": time_zone_names(),
            "offset": offset,
            "is_own_offset": is_own,
            "values": tenant_values.count(db.session(), course.tenant),
        }

    def save(self, session: Session, course: Course, typed: Typed) -> Saved:
        """Keep the values; dates of daylight saving that the tenant has go only when somebody agrees."""
        try:
            tenant_values.save(
                session,
                course.tenant,
                typed,
                replaces_time=typed.get(_REPLACES) == _TIME,
                author=author(),
                now=time_of_page(),
            )
        except ReplacementError as error:
            text = f"{error} The time zone would replace them."
            raise OpenQuestionError(Question(text, _REPLACES, _TIME, "Replace them and go on")) from error
        if not goes_back(typed):
            progress.settle(
                session,
                course.tenant,
                Step.CONFIGURATION,
                Settled.ANSWERED,
                author=author(),
                now=time_of_page(),
            )
        return Saved()


class TemplatesPage:
    """Step 5: which models there are, and the template of each."""

    template = "ringmaster/setup_wizard/templates.html"

    def may_save(self) -> bool:
        """Templates Mapping is the page of the defaults."""
        return may(EDIT, TEMPLATES_MAPPING)

    def shown(self, course: Course, typed: Typed) -> dict[str, Any]:
        """Return the models, as they are or as they were ticked."""
        ticked = {int(text) for text in typed.getlist("model") if is_id(text)}
        return {
            "models": models.lines(db.session(), course.tenant, course.answered, course.train),
            "ticked": ticked if typed else None,
        }

    def save(self, session: Session, course: Course, typed: Typed) -> Saved:
        """Keep the models and map them; what a default replaces is announced first."""
        if goes_back(typed) and "model" not in typed:
            return Saved()
        try:
            doubts = models.save(
                session,
                course.tenant,
                course.train,
                _mapping(typed),
                replaces=_agreed(typed),
                author=author(),
                now=time_of_page(),
            )
        except ReplacesDefaultsError as error:
            told = " ".join(f"{model}:{template}" for model, template in sorted(error.present.items()))
            raise OpenQuestionError(
                Question(str(error), _REPLACES, told, "Replace the default and go on")
            ) from error
        return Saved(doubts)


class FirmwarePage:
    """Step 6: which models have a firmware file of their name."""

    template = "ringmaster/setup_wizard/firmware.html"

    def may_save(self) -> bool:
        """Going on changes nothing but the wizard."""
        return True

    def shown(self, course: Course, _typed: Typed) -> dict[str, Any]:
        """Return the file of each model."""
        return {
            "files": models.firmware_of(db.session(), [model.name for model in course.models]),
            "may_upload": may("can_add", FIRMWARE),
            "may_look": may("can_list", FIRMWARE),
        }

    def save(self, session: Session, course: Course, _typed: Typed) -> Saved:
        """Go on; models without a file are left for later."""
        files = models.firmware_of(session, [model.name for model in course.models])
        is_done = bool(files) and all(file.firmware for file in files)
        how = Settled.ANSWERED if is_done else Settled.SKIPPED
        progress.settle(session, course.tenant, Step.FIRMWARE, how, author=author(), now=time_of_page())
        return Saved()


def _mapping(typed: Typed) -> dict[int, int | None]:
    """Return the template that was chosen for each ticked model, None for the factory's."""
    wanted: dict[int, int | None] = {}
    for text in typed.getlist("model"):
        template = typed.get(f"template-{text}", "")
        if not is_id(text) or not (template == "" or is_id(template)):
            raise InvalidInputError("Choose models and templates of the list.", field="models")
        wanted[int(text)] = int(template) if template else None
    return wanted


def _agreed(typed: Typed) -> dict[int, int]:
    """Return the defaults that may go by their models, as the button that agreed named them."""
    pairs = (pair.partition(":") for pair in typed.get(_REPLACES, "").split())
    return {int(model): int(template) for model, _, template in pairs if is_id(model) and is_id(template)}
