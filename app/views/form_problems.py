"""What stands between a form and its being saved: a value that will not do, or a question that is still open."""

from collections.abc import Mapping, Sequence
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
    """Say why a form was not saved, at the fields that are wrong where the form has them all."""
    if not error.by_field or not all(name in form for name in error.by_field):
        flash(str(error), "danger")
        return
    for name, sentence in error.by_field.items():
        form[name].errors = [*form[name].errors, sentence]
    wrong = ", ".join(form[name].label.text for name in error.by_field)
    flash(f"The {noun} was not saved: look at {wrong}.", "danger")


def sentences_by_field(error: RingmasterError) -> Mapping[str, str]:
    """Return what a form says at its fields; an error that concerns none of them goes on its way."""
    if not error.by_field:
        raise error
    return error.by_field
