"""Saving the forms of system settings: all that was typed or nothing, and a message that says which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import flash

from app.errors import InvalidInputError
from app.services import settings
from app.services.affected import Change
from app.services.settings.changes import SettingChange, doubts_of
from app.services.settings.effects import effects_of
from app.transaction import transaction
from app.views.authors import author
from app.views.form_problems import sentences_by_field
from app.views.times import time_of_page
from app.views.web_session import db


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a form: a sentence for each setting that will not do, or what phones' files will have."""

    problems: Mapping[str, str] = field(default_factory=dict)
    effects: Sequence[Change] = ()


def save(texts: Mapping[str, str], seen: Mapping[str, str]) -> Saved:
    """Save settings in one transaction and tell what was saved, or save nothing where one will not do.

    ``seen`` are the texts that the form showed.
    """
    try:
        with transaction(db.session()) as session:
            changes = settings.change_many(
                session,
                texts,
                seen=seen,
                author=author(),
                now=time_of_page(),
            )
    except InvalidInputError as error:
        return Saved(problems=sentences_by_field(error))
    _tell(changes)
    return Saved(effects=effects_of(changes))


def _tell(changes: Sequence[SettingChange]) -> None:
    if not changes:
        flash("Nothing was changed.", "info")
        return
    flash(f"Saved: {', '.join(change.setting.title for change in changes)}.", "success")
    if any(change.setting.parameter for change in changes):
        flash("Phones get what concerns them when their files are generated.", "info")
    for doubt in doubts_of(settings.read_texts(db.session())):
        flash(doubt, "warning")
