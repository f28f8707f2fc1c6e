"""What stands between a form and its being saved: a value that will not do, or a question that is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, request

from app.errors import RingmasterError


@dataclass(frozen=True, slots=True)
class Question:
    """Asked in the form before it is saved: ``text``, and the button that agrees by sending ``name`` as ``value``.

    The value names what was told, so that an answer to something else does not count. ``agree`` is what the button
    says.
    """

    text: str
    name: str
    value: str
    agree: str


def ask_together(name: str, questions: Sequence[Question | None]) -> Question | None:
    """Return one question for all that are there, agreed to with one button; None where there is none."""
    asked = [question for question in questions if question]
    if not asked:
        return None
    *deeds, last = (question.agree for question in asked)
    agree = ", ".join(["Save", *deeds, f"and {last}"])
    told = " ".join(f"{question.name}={question.value}" for question in asked)
    return Question(" ".join(question.text for question in asked), name, told, agree)


def is_answered(question: Question) -> bool:
    """Whether the form that was sent agrees to this very question."""
    return request.form.get(question.name) == question.value


def say_refusal(form: Any, error: RingmasterError, noun: str) -> None:
    """Say why a form was not saved, at the field that is wrong where the form has it."""
    if error.field is None or error.field not in form:
        flash(str(error), "danger")
        return
    field = form[error.field]
    field.errors = [*field.errors, str(error)]
    flash(f"The {noun} was not saved: look at {field.label.text}.", "danger")
