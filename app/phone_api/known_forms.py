"""The forms of phones' files as this process knows them: read now and then, not for each (docs/decisions/0076)."""

import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from app.rules.phone_forms import PhoneForm
from app.services import phone_forms
from app.services.phone_forms import Forms

LOOKS_EVERY_SECONDS = 5.0
"""For so long phones may be served as a model was before somebody changed it."""


class KnownForms:
    """Remembers the forms of all templates, and looks again after some seconds, or for a new template; for threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked_at = float("-inf")
        self._forms = Forms()

    def of_template(self, session: Session, template_id: int | None) -> PhoneForm | None:
        """Return the form of the files that a template makes; None for the usual one."""
        if template_id is None:
            return None
        forms = self._current(session)
        if template_id not in forms.by_template:  # it was added since, or it is gone
            forms = self._look(session)
        form = forms.by_template.get(template_id)
        return None if form is None or form.is_usual else form

    def lets(self, session: Session, name: str, mac: str) -> bool:
        """Whether a phone of some model with this MAC asks for a file of this name, which is none of the usual ones."""
        return self._current(session).lets(name, mac)

    def _current(self, session: Session) -> Forms:
        if self._clock() - self._looked_at >= LOOKS_EVERY_SECONDS:
            return self._look(session)
        return self._forms

    def _look(self, session: Session) -> Forms:
        looked_at = self._clock()
        forms = phone_forms.read(session)
        self._forms, self._looked_at = forms, looked_at
        return forms
