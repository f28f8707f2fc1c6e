"""Explain: every rule of every stage, asked about a phone or about facts that are typed in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, RingmasterError
from app.models import Decision
from app.models.enums import Stage
from app.rules.ordered.verdicts import Verdict
from app.rules.typed_times import read_time
from app.rules.zero_touch.trace import Step
from app.security.roles import RULES
from app.security.tenant_scope import scope_of
from app.services import drop_downs
from app.services.config_files.sources import Sources
from app.services.rule_sets.active import DraftedRules
from app.services.rule_sets.names import read_names
from app.services.status_rows import StatusRow
from app.services.zero_touch import explaining
from app.services.zero_touch.asking import is_built_in
from app.services.zero_touch.decider import decisions_of
from app.services.zero_touch.discretion import discreet
from app.services.zero_touch.explaining import Explained
from app.services.zero_touch.facts import Surroundings
from app.services.zero_touch.replaying import replay
from app.services.zero_touch.typed_facts import COLUMNS, typed_row
from app.views.rules.outcomes import Got, then_and_now
from app.views.rules.phones import phone_meant
from app.views.rules.places import tabs
from app.views.times import time_of_page, zone_of_page
from app.views.web_session import db

DRAFTS = "drafts"
_MOST_CHARACTERS = 300
_FEW = 3
_QUIET = (Verdict.NOT_MATCHED, Verdict.DISABLED, Verdict.OUT_OF_DATES)


class Run(NamedTuple):
    """Steps beside one another; of many that did not match, only how many there are is shown at once."""

    steps: Sequence[Step]
    is_folded: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is shown of a phone; ``decision`` is the last that was taken for it."""

    explained: Explained
    stages: Sequence[tuple[Stage, Sequence[Run]]]
    got: Sequence[Got]
    mac: str
    decision: Decision | None = None
    then: Sequence[tuple[Stage, Sequence[Run]]] = ()


class ExplainView(BaseView):
    """Why a phone gets what it gets."""

    class_permission_name = RULES
    route_base = "/rules/explain"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> ResponseReturnValue:
        """Ask about the phone or the facts of the address; nothing is changed by asking."""
        typed = {name: text.strip()[:_MOST_CHARACTERS] for name, text in request.args.items()}
        session, answer, faults = db.session(), None, {}
        try:
            answer = _answer(session, typed) if _is_asked(typed) else None
        except InvalidInputError as error:
            faults = error.by_field or {"": str(error)}
        except RingmasterError as error:
            faults = {"": str(error)}
        page = render_template(
            "ringmaster/rules/explain.html",
            title="Explain",
            tabs=tabs(),
            typed=typed,
            answer=answer,
            faults=faults,
            models=drop_downs.model_names(session),
            sees_all=scope_of(session).is_everything,
            zone=f"{time_of_page().astimezone(zone_of_page()):%Z}",
        )
        return make_response(page, HTTPStatus.BAD_REQUEST if faults else HTTPStatus.OK)


def _is_asked(typed: Mapping[str, str]) -> bool:
    return any(typed.get(name) for name in ("phone", "mac", *COLUMNS))


def _answer(session: Session, typed: Mapping[str, str]) -> _Answer:
    now = _time(typed.get("at", ""))
    phone = (
        explaining.phone_row(session, phone_meant(session, typed["phone"])) if typed.get("phone") else None
    )
    row = typed_row(typed, now=now, phone=phone)
    drafted = DraftedRules(session) if typed.get("rules") == DRAFTS else None
    surroundings = Surroundings(session, drafted)
    explained = explaining.explain(
        surroundings, Sources(session), explaining.asked_by(surroundings, row, now)
    )
    decision = _last_decision(session, phone)
    got = then_and_now(read_names(session), explained, decision)
    return _Answer(
        explained,
        _in_runs(session, explained.stages),
        got,
        row["mac"] if phone else "",
        decision,
        _in_runs(session, replay(session, decision)) if decision else (),
    )


def _last_decision(session: Session, phone: StatusRow | None) -> Decision | None:
    decisions = decisions_of(session, phone["mac"]) if phone else ()
    return decisions[0] if decisions else None


def _time(text: str) -> datetime:
    if not text:
        return time_of_page()
    try:
        return read_time(text, zone_of_page())
    except ValueError:
        raise InvalidInputError("Choose a day and a time, or leave it empty.", field="at") from None


def _in_runs(
    session: Session, stages: Sequence[tuple[Stage, Sequence[Step]]]
) -> list[tuple[Stage, Sequence[Run]]]:
    return [(stage, list(_runs(steps))) for stage, steps in discreet(session, stages)]


def _runs(steps: Sequence[Step]) -> Iterator[Run]:
    quiet: list[Step] = []
    for step in steps:
        if step.verdict in _QUIET and not is_built_in(step):
            quiet.append(step)
            continue
        yield from _quiet_run(quiet)
        quiet = []
        yield Run([step], is_folded=False)
    yield from _quiet_run(quiet)


def _quiet_run(steps: Sequence[Step]) -> Iterator[Run]:
    if steps:
        yield Run(steps, is_folded=len(steps) > _FEW)
