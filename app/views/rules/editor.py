"""The editor of a rule: rows or text, the outcome, how the rule will be read, and how it stands to a phone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotFoundError, RingmasterError
from app.models import RuleRow, RuleSetVersion
from app.models.rule_set import MAX_COMMENT, MAX_NAME
from app.rules.conditions.saying import said_of_rule
from app.rules.conditions.text.words import LONGEST_TEXT
from app.rules.ordered.rule import Rule
from app.rules.ordered.tracing import RuleTrace
from app.rules.rule_kinds.names import Names
from app.rules.sentences import quoted
from app.security.roles import RULES
from app.services.rule_sets import drafts, reading
from app.services.rule_sets.drafts import Content
from app.services.rule_sets.names import read_names, vocabulary_of
from app.services.rule_sets.seen import Seen, begin_change, shown_version
from app.services.zero_touch import explaining
from app.transaction import transaction
from app.views.authors import author
from app.views.rules import choices
from app.views.rules.phones import phone_meant
from app.views.rules.places import Place, place_of, seen, seen_of
from app.views.rules.rule_form import (
    ALL,
    EXCEPT,
    OUTCOME,
    TypedRow,
    TypedRule,
    read_time,
    read_tree,
    typed_in,
    typed_of,
)
from app.views.times import time_of_page, zone_of_page
from app.views.web_session import db

_MOST_SUGGESTIONS = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """How a rule will be read, and how it stands to a phone; ``refused`` says why it is not known."""

    when: str = ""
    does: str = ""
    is_right: bool = True
    trace: RuleTrace | None = None
    mac: str = ""
    refused: str = ""


class RuleEditorView(BaseView):
    """Adds a rule to a draft, or changes one."""

    class_permission_name = RULES
    route_base = "/rules"
    default_view = "add"

    @expose("/<kind>/add", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def add(self, kind: str) -> ResponseReturnValue:
        """Write a new rule."""
        return _edit(place_of(kind, to_write=True), "")

    @expose("/<kind>/edit/<key>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, kind: str, key: str) -> ResponseReturnValue:
        """Change a rule."""
        return _edit(place_of(kind, to_write=True), key)

    @expose("/<kind>/preview", methods=["POST"])
    @has_access
    @permission_name("list")
    def preview(self, kind: str) -> str:
        """Return how a rule that is being typed will be read; nothing is kept."""
        place, session = place_of(kind), db.session()
        typed, names = typed_in(request.form), read_names(session)
        content = _read(typed, place, names)
        return render_template(
            "ringmaster/rules/preview.html",
            typed=typed,
            preview=_preview(session, place, typed, content, names),
        )

    @expose("/<kind>/values")
    @has_access
    @permission_name("list")
    def values(self, kind: str) -> ResponseReturnValue:
        """Return what a field of a row, or of the outcome, may be, as it is typed (static/ringmaster/suggest.js)."""
        place, words = place_of(kind), request.args.get("q", "")
        name, names = request.args.get("field", ""), read_names(db.session())
        if name.startswith(OUTCOME):
            fields = {field.name: field for field in place.spec.fields(names)}
            field = fields.get(name.removeprefix(OUTCOME))
            found = list(choices.suggested_options(field, words)) if field else []
        else:
            found = list(choices.suggested_values(vocabulary_of(place.kind, names), name, words))
        return jsonify(
            [{"value": value, "label": value, "note": note} for value, note in found[:_MOST_SUGGESTIONS]]
        )


@dataclass(frozen=True, slots=True)
class _Editing:
    """The rule that is edited, None for a new one, in the version that is looked at."""

    place: Place
    version: RuleSetVersion | None
    row: RuleRow | None
    names: Names


def _edit(place: Place, key: str) -> ResponseReturnValue:
    session = db.session()
    version, names = shown_version(session, place.owned), read_names(session)
    editing = _Editing(place, version, _row(session, version, key) if key else None, names)
    if request.method == "GET":
        typed = _new_or_kept(place, editing.row, names)
        return _page(editing, typed, _read(typed, place, names) if editing.row else None)
    typed = typed_in(request.form)
    deed = request.form.get("deed", "save")
    if deed == "save":
        return _save_or_show_again(editing, typed)
    if deed == "look":
        return _page(editing, typed, _read(typed, place, names))
    _turn(typed, place, names, deed)
    return _page(editing, typed)


def _save_or_show_again(editing: _Editing, typed: TypedRule) -> ResponseReturnValue:
    place = editing.place
    content = _read(typed, place, editing.names)
    if content is None:
        return _page(editing, typed, status=HTTPStatus.BAD_REQUEST)
    try:
        flash(_save(editing, seen_of(request.form), typed, content), "success")
    except InvalidInputError as error:
        typed.problems |= error.by_field or {"": str(error)}
        return _page(editing, typed, status=HTTPStatus.BAD_REQUEST)
    except ConflictError as error:
        typed.problems[""] = str(error)
        now = replace(editing, version=shown_version(db.session(), place.owned))
        return _page(now, typed, status=HTTPStatus.CONFLICT)
    return redirect(place.address())


def _row(session: Session, version: RuleSetVersion | None, key: str) -> RuleRow:
    rows = reading.rows_of(session, version.id) if version else ()
    found = next((row for row in rows if row.key == key), None)
    if found is None:
        raise NotFoundError("The rule is no more: somebody deleted it meanwhile.")
    return found


def _new_or_kept(place: Place, row: RuleRow | None, names: Names) -> TypedRule:
    if row is not None:
        return typed_of(row, place.spec.values(row.outcome, names), zone_of_page())
    return TypedRule(
        outcome={field.name: [field.default] for field in place.spec.fields(names) if field.default}
    )


def _turn(typed: TypedRule, place: Place, names: Names, deed: str) -> None:
    """Do what a button of the form does that does not save it."""
    what, _, rest = deed.partition(" ")
    if what == "add":
        typed.add_row(rest)
    elif what == "remove":
        typed.remove_row(*rest.partition(" ")[::2])
    elif what in ("text", "form"):
        tree = read_tree(typed, vocabulary_of(place.kind, names))
        if tree is not None:
            typed.show(tree, as_form=what == "form")
            if typed.is_text and what == "form":
                typed.problems["text"] = "This says more than rows can, so it stays text."


def _read(typed: TypedRule, place: Place, names: Names) -> Content | None:
    """Return what the form says, or None; what is wrong is noted in it."""
    tree = read_tree(typed, vocabulary_of(place.kind, names))
    begins, ends = (read_time(typed, name, zone_of_page()) for name in ("valid_from", "valid_until"))
    outcome: Mapping[str, Any] = {}
    try:
        outcome = place.spec.read(typed.outcome, names)
    except InvalidInputError as error:
        typed.problems |= {f"{OUTCOME}{name}": sentence for name, sentence in error.by_field.items()}
        if not error.by_field:
            typed.problems[""] = str(error)
    try:
        _position(typed)
    except InvalidInputError as error:
        typed.problems |= error.by_field
    if tree is None or not typed.is_right:
        return None
    return Content(
        name=typed.name,
        conditions=tree,
        outcome=outcome,
        is_enabled=typed.is_enabled,
        valid_from=begins,
        valid_until=ends,
        comment=typed.comment,
    )


def _save(editing: _Editing, looked_at: Seen, typed: TypedRule, content: Content) -> str:
    position = _position(typed)
    with transaction(db.session()) as session:
        draft, change = begin_change(
            session, editing.place.owned, looked_at, author=author(), now=time_of_page()
        )
        if editing.row is None:
            row = drafts.add(session, change, content, position=position)
            return f"Rule {quoted(row.name)} was added to the draft, at {row.position}."
        row = drafts.rewrite(session, change, editing.row.key, content)
        if position is not None and position != row.position:
            drafts.move(session, replace(change, revision=draft.revision), row.key, position)
        return f"Rule {quoted(row.name)} was changed in the draft."


def _position(typed: TypedRule) -> int | None:
    if not typed.position:
        return None
    text = typed.position
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and int(text) > 0):
        raise InvalidInputError("A position is a whole number, from 1.", field="position")
    return int(text)


def _preview(
    session: Session, place: Place, typed: TypedRule, content: Content | None, names: Names
) -> Preview:
    if content is None:
        return Preview(is_right=False)
    when, does = said_of_rule(content.conditions), place.spec.sentence(content.outcome, names)
    wanted = request.values.get("try_phone", "").strip()
    if not wanted or place.stage is None:
        return Preview(when, does)
    rule = Rule(
        key="",
        position=_position(typed) or 1,
        name=content.name or "without a name",
        conditions=content.conditions,
        outcome=place.spec.outcome(content.outcome),
        is_enabled=content.is_enabled,
        valid_from=content.valid_from,
        valid_until=content.valid_until,
        is_tenants=place.tenant_id is not None,
    )
    try:
        mac = phone_meant(session, wanted)
        trace = explaining.try_rule(session, rule, place.stage, mac, now=time_of_page())
    except RingmasterError as error:
        return Preview(when, does, refused=str(error))
    return Preview(when, does, trace=trace, mac=mac)


def _page(
    editing: _Editing, typed: TypedRule, content: Content | None = None, *, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    session, place, row, names = db.session(), editing.place, editing.row, editing.names
    page = render_template(
        "ringmaster/rules/edit.html",
        title=f"Rule {row.position} {quoted(row.name)}" if row else f"New {place.spec.title.lower()} rule",
        place=place,
        row=row,
        seen=seen(editing.version),
        typed=typed,
        parts_of_form=((ALL, "Matches when all of these hold"), (EXCEPT, "Except when any of these holds")),
        fields=choices.grouped_fields(vocabulary_of(place.kind, names)),
        operators=choices.OPERATORS,
        blank=TypedRow(),
        outcome_fields=place.spec.fields(names),
        preview=_preview(session, place, typed, content, names) if content else None,
        try_phone=request.values.get("try_phone", ""),
        zone=f"{time_of_page().astimezone(zone_of_page()):%Z}",
        most={"name": MAX_NAME, "comment": MAX_COMMENT, "text": LONGEST_TEXT},
    )
    return make_response(page, status)
