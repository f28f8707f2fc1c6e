"""Drafts of rules: `/rules/{kind}/draft`, written as a whole, checked, discarded and activated."""

from http import HTTPStatus
from typing import Any

from app.errors import InvalidInputError, NotFoundError
from app.models import RuleSetVersion
from app.models.enums import RuleKind, RuleSetState
from app.rest_api.calls import Answer, Call
from app.rest_api.resources.rule_bodies import Activation, DraftContent, OneVersion, OwnerQuery
from app.rest_api.resources.rules import owned_of, route, show
from app.rules.conditions.text.parser import parse
from app.rules.conditions.text.problems import ConditionTextError
from app.rules.rule_kinds import SPECS
from app.services.rule_sets import activation, drafts, reading, replacing
from app.services.rule_sets.drafts import Change, Content
from app.services.rule_sets.names import read_names, vocabulary_of
from app.services.rule_sets.seen import Seen, begin_change, shown_version


def read_draft(call: Call[OwnerQuery, Any]) -> Answer:
    """Shows the draft, with what is to be said of its rules before it becomes active."""
    return Answer(show(call, _draft(call)))


def put_draft(call: Call[OwnerQuery, DraftContent]) -> Answer:
    """Writes the draft as a whole; where there is none, one begins of what is active. Nothing decides differently until
    it is activated. `If-Match` is that of the draft."""
    owned = owned_of(call, to_write=True)
    shown = shown_version(call.session, owned)
    if shown is None or shown.state is not RuleSetState.DRAFT:
        call.conditions.check_may_add()
    else:
        call.check_may_change(show(call, shown))
    seen = Seen(shown.id, shown.revision) if shown else Seen(0, 0)
    draft, change = begin_change(call.session, owned, seen, author=call.author, now=call.now)
    replacing.replace(call.session, change, _contents(call, owned.kind))
    return Answer(show(call, draft))


def activate(call: Call[OwnerQuery, Activation]) -> Answer:
    """Lets the draft decide from now on; 409 with the first error where its rules have some."""
    owned_of(call, to_write=True)
    change = _seen_change(call)
    version = activation.activate(call.session, change, note=call.body.note)
    return Answer(show(call, version))


def discard(call: Call[OwnerQuery, Any]) -> Answer:
    """Throws the draft away; what is active goes on."""
    owned_of(call, to_write=True)
    drafts.discard(call.session, _seen_change(call))
    return Answer(status=HTTPStatus.NO_CONTENT)


def _draft(call: Call[Any, Any]) -> RuleSetVersion:
    owned = owned_of(call)
    found = reading.find_version(call.session, owned.kind, owned.tenant_id, RuleSetState.DRAFT)
    if found is None:
        raise NotFoundError("There is no draft of these rules.")
    return found


def _seen_change(call: Call[Any, Any]) -> Change:
    draft = _draft(call)
    call.check_may_change(show(call, draft))
    return Change(draft.id, draft.revision, call.author, call.now)


def _contents(call: Call[Any, DraftContent], kind: RuleKind) -> list[tuple[str, Content]]:
    """Return the rules of the body; InvalidInputError names the first that cannot be read, and where."""
    names = read_names(call.session)
    vocabulary, spec = vocabulary_of(kind, names), SPECS[kind]
    contents = []
    for number, said in enumerate(call.body.rules):
        at = f"rules[{number}]"
        try:
            conditions = parse(said.when, vocabulary)
            outcome = spec.read(said.outcome, names)
        except ConditionTextError as error:
            raise InvalidInputError(str(error), field=f"{at}.when") from None
        except InvalidInputError as error:
            fields = {f"{at}.outcome.{name}": text for name, text in error.by_field.items()}
            raise InvalidInputError(by_field=fields or {f"{at}.outcome": str(error)}) from None
        contents.append(
            (
                said.key,
                Content(
                    said.name, conditions, outcome, said.is_enabled, said.valid_from, said.valid_until,
                    said.comment,
                ),
            )
        )  # fmt: skip
    return contents


ROUTES = (
    route("GET", "draft", read_draft, "show_rule_draft", "Show the draft", answers=OneVersion),
    route(
        "PUT", "draft", put_draft, "put_rule_draft", "Write the draft as a whole", body=DraftContent,
        answers=OneVersion,
    ),
    route(
        "DELETE", "draft", discard, "discard_rule_draft", "Discard the draft", status=HTTPStatus.NO_CONTENT
    ),
    route(
        "POST", "draft/activate", activate, "activate_rule_draft", "Activate the draft", body=Activation,
        answers=OneVersion,
    ),
)  # fmt: skip
