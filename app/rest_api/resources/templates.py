"""Templates of configuration files: `/templates`, added or replaced by name with their text."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from app.errors import InvalidInputError
from app.models import ConfigTemplate, PhoneModel
from app.models.enums import Train
from app.rendering.template_bytes import as_kept
from app.rendering.template_check import Checked
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.references import find_model, find_tenant
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import TEMPLATES
from app.services.templates import changes, search, texts
from app.services.templates.changes import Properties
from app.services.templates.search import TemplateFilter
from app.services.templates.texts import NewText, UnsavableTextError

MOST_BYTES = 2 * 1024 * 1024
Name = Annotated[str, Meta(min_length=1, max_length=100)]
_SENT = "sent over the REST API"
_MOST_SAID = 20


class TemplateItem(Struct, kw_only=True):
    """A template; `tenant` is empty of one that all tenants share. `version` is the number of its text."""

    id: int
    name: str
    description: str
    tenant: str
    tenant_id: int | None
    model: str
    train: Train
    version: int
    changed_at: datetime
    is_factory: bool
    is_edited: bool


class TemplateContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a template beside its name. A new one needs a text, or another template to take it from.

    Where the text stays unsaid, it stays as it is. `accepts_doubts` saves a text in which doubts were found.
    """

    model: Annotated[str, Meta(min_length=1, max_length=60, description="The name of a phone model.")]
    train: Train = Train.UC
    tenant: Annotated[str, Meta(max_length=100, description="Empty: shared by all tenants.")] = ""
    description: Annotated[str, Meta(max_length=2_000)] = ""
    text: Annotated[str, Meta(max_length=MOST_BYTES)] | UnsetType = UNSET
    clone_from: Annotated[str, Meta(max_length=100, description="For a new one: a template's name.")] = ""
    accepts_doubts: bool = False


class TemplatesQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which templates are listed, and in which order."""

    q: Annotated[Words, Meta(description="A part of the name or of the description.")] = ""
    tenant: Annotated[Words, Meta(description="The name of a tenant.")] = ""
    model: Annotated[Words, Meta(description="The name of a phone model.")] = ""
    train: Train | None = None
    sort: Literal["name", "-name", "id", "-id"] = "name"


_BY_ID = Order(ConfigTemplate.id, lambda row: row.id, said_as=int)
_LISTING: Listing[ConfigTemplate] = Listing(
    {"name": Order(ConfigTemplate.name_key, lambda row: row.name_key), "id": _BY_ID}, _BY_ID
)


def list_them(call: Call[TemplatesQuery, Any]) -> Answer:
    """Lists the templates that all tenants share, and those of the tenants that the token sees."""
    query = call.query
    wanted = TemplateFilter(words=query.q, model=query.model, train=query.train, tenant_name=query.tenant)
    return Answer(_LISTING.page(call, search.matching(wanted), query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a template without its text."""
    return Answer(show(template_of(call, to_change=False)))


def put(call: Call[Any, TemplateContent]) -> Answer:
    """Adds the template of this name, or replaces what is said of the one that there is, as its next version where the
    text is another. A text with faults is not saved, one with doubts only where these are accepted."""
    template = call.session.scalar(_named(call).with_for_update(of=ConfigTemplate))
    if template is None:
        call.conditions.check_may_add()
        return _added(call)
    call.check_may_change(show(template))
    wanted, said = _properties(call), call.body
    if wanted != _present(template):
        changes.change(call.session, template.id, wanted, author=call.author, now=call.now)
    if not isinstance(said.text, UnsetType):
        new = NewText(text=said.text, base=template.version, reason=_SENT, accepts_doubts=said.accepts_doubts)
        try:
            texts.save(call.session, template.id, new, author=call.author, now=call.now)
        except UnsavableTextError as error:
            raise _unsavable(error.checked) from None
    call.session.flush()
    return Answer(show(template))


def delete(call: Call[Any, Any]) -> Answer:
    """Deletes a template that no device uses, and that did not come with the product."""
    template = template_of(call, to_change=True)
    call.check_may_change(show(template))
    changes.delete_template(call.session, template.id, author=call.author, now=call.now)
    return Answer(status=HTTPStatus.NO_CONTENT)


def show(template: ConfigTemplate) -> TemplateItem:
    """Return a template as it is shown."""
    return TemplateItem(
        id=template.id,
        name=template.name,
        description=template.description,
        tenant=template.tenant.name if template.tenant else "",
        tenant_id=template.tenant_id,
        model=template.phone_model.name,
        train=template.train,
        version=template.version,
        changed_at=template.changed_at,
        is_factory=template.is_factory,
        is_edited=template.is_edited,
    )


def _added(call: Call[Any, TemplateContent]) -> Answer:
    said, wanted = call.body, _properties(call)
    if isinstance(said.text, UnsetType):
        source = call.session.scalar(_with_name(said.clone_from)) if said.clone_from else None
        if source is None:
            raise InvalidInputError(
                "A new template needs a text, or the name of a template whose text it begins with.",
                field="clone_from",
            )
        template = changes.add(call.session, wanted, clone_from=source.id, author=call.author, now=call.now)
    else:
        text = as_kept(said.text)
        checked = texts.check(call.session, text, call.session.get_one(PhoneModel, wanted.phone_model_id))
        if checked.faults or (checked.doubts and not said.accepts_doubts):
            raise _unsavable(checked)
        template = changes.add_with_text(
            call.session, wanted, text, origin=_SENT, author=call.author, now=call.now
        )
    return Answer(show(template), HTTPStatus.CREATED, f"/templates/{template.id}")


def _properties(call: Call[Any, TemplateContent]) -> Properties:
    said = call.body
    tenant = find_tenant(call.session, said.tenant) if said.tenant.strip() else None
    return Properties(
        name=call.place["name"].strip(),
        description=said.description.strip(),
        tenant_id=tenant.id if tenant else None,
        phone_model_id=find_model(call.session, said.model),
        train=said.train,
    )


def _present(template: ConfigTemplate) -> Properties:
    return Properties(
        name=template.name,
        description=template.description,
        tenant_id=template.tenant_id,
        phone_model_id=template.phone_model_id,
        train=template.train,
    )


def _unsavable(checked: Checked) -> InvalidInputError:
    """Return the first things that were found in a text, each at its line and column."""
    found = (checked.faults or checked.doubts)[:_MOST_SAID]
    said = " ".join(f"Line {one.line}, column {one.column}: {one.sentence}" for one in found)
    accepted = "" if checked.faults else " With accepts_doubts it is saved all the same."
    return InvalidInputError(said + accepted, field="text")


def template_of(call: Call[Any, Any], *, to_change: bool) -> ConfigTemplate:
    """Return the template that the address names, or raise NotFoundError."""
    by_id = _with_place().where(ConfigTemplate.id == call.place.get("template_id"))
    return get_row(
        call.session, _named(call) if "name" in call.place else by_id, "template", to_change=to_change
    )


def _named(call: Call[Any, Any]) -> Select[ConfigTemplate]:
    return _with_name(call.place["name"])


def _with_name(name: str) -> Select[ConfigTemplate]:
    return _with_place().where(ConfigTemplate.name_key == ConfigTemplate.fold(name.strip()))


def _with_place() -> Select[ConfigTemplate]:
    return select(ConfigTemplate).options(
        selectinload(ConfigTemplate.phone_model), selectinload(ConfigTemplate.tenant)
    )


def right(*deeds: str) -> Right:
    """Return the right to do something with templates, as the screens have it."""
    return Right(kind=Kind.TEMPLATES, page=TEMPLATES, deeds=deeds)


ONE: dict[str, Any] = {"template_id": RowId}
_NAMED: dict[str, Any] = {"name": Name}

ROUTES = (
    Route(
        method="GET", path="/templates", does=list_them, name="list_templates", summary="List templates",
        right=right("can_list"), query=TemplatesQuery, answers=ItemPage[TemplateItem],
    ),
    Route(
        method="GET", path="/templates/{template_id}", does=read, name="show_template",
        summary="Show a template", right=right("can_show"), place=ONE, answers=TemplateItem,
    ),
    Route(
        method="DELETE", path="/templates/{template_id}", does=delete, name="delete_template",
        summary="Delete a template", right=right("can_delete"), place=ONE, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path="/templates/named/{name}", does=read, name="show_named_template",
        summary="Show the template of a name", right=right("can_show"), place=_NAMED, answers=TemplateItem,
    ),
    Route(
        method="PUT", path="/templates/named/{name}", does=put, name="put_template",
        summary="Add or replace the template of a name", right=right("can_add", "can_edit"), place=_NAMED,
        body=TemplateContent, answers=TemplateItem, adds=True, most_bytes=MOST_BYTES,
    ),
)  # fmt: skip
