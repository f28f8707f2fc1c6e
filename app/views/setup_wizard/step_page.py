"""What a step of the wizard is to the view: the page that shows it, and what its form does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.errors import ConflictError
from app.services.setup_wizard.steps import Course
from app.views.form_problems import Question

Typed = MultiDict[str, str]

NEXT, BACK, SKIP = "next", "back", "skip"
"""What the buttons of a step say in the field ``deed``."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a form: sentences to show, and where to go when it is not on to the next step of this tenant."""

    doubts: Sequence[str] = ()
    done: str = ""
    stays: bool = False
    tenant_id: int | None = None


class OpenQuestionError(ConflictError):
    """The form would do something that nobody has agreed to yet."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.text)
        self.question = question


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was not saved: a sentence for each field, '' being the form itself; or what is still asked."""

    problems: Mapping[str, str] = field(default_factory=dict)
    question: Question | None = None


def goes_back(typed: Typed) -> bool:
    """Whether a form was sent to keep what was typed and go to the step before: that answers nothing yet."""
    return typed.get("deed") == BACK


class StepPage(Protocol):
    """One step."""

    @property
    def template(self) -> str:
        """The page."""

    def may_save(self) -> bool:
        """Whether who is signed in may do what the form does."""

    def shown(self, course: Course, typed: Typed) -> dict[str, Any]:
        """Return what the page shows; ``typed`` is empty but where a form is shown again."""

    def save(self, session: Session, course: Course, typed: Typed) -> Saved:
        """Do what the form says, or raise what is wrong with it, or OpenQuestionError."""
