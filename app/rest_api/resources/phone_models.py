"""Phone models: `/phone-models`, the kinds of phones that are recognised and configured."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from sqlalchemy import Select, func, or_, select

from app.models import PhoneModel
from app.models.enums import ValueFormat
from app.models.phone_model import MAX_CONTENT_TYPE, MAX_DESCRIPTION, MAX_PATTERN
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import PHONE_MODELS
from app.services import phone_models, row_deeds
from app.services.phone_models import MAX_NAME

Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
Description = Annotated[str, Meta(max_length=MAX_DESCRIPTION)]
Pattern = Annotated[
    str,
    Meta(
        max_length=MAX_PATTERN,
        description="Fits the User-Agent of its phones, where that does not name the model: `Fanvil X4U *`.",
    ),
]
FileName = Annotated[str, Meta(min_length=1, max_length=MAX_PATTERN, pattern=r"^[^\r\n]+$")]
Names = Annotated[
    list[FileName],
    Meta(
        description="Patterns of the names that phones ask for, with {mac}, {MAC} and {model} in them; none: {mac}.cfg."
    ),
]
ContentType = Annotated[
    str,
    Meta(
        max_length=MAX_CONTENT_TYPE,
        description="What phones are told that their file is; nothing: text/plain.",
    ),
]
Format = Annotated[ValueFormat, Meta(description="How values of placeholders stand in the file.")]
BootNames = Annotated[
    list[FileName],
    Meta(description="Patterns of the names of a file that leads phones to their own; none: no such file."),
]


class ModelItem(Struct, kw_only=True):
    """A model of a vendor, under the name that its phones report."""

    id: int
    name: str
    vendor: str
    description: str
    user_agent_pattern: str
    is_shipped: bool
    file_names: Names
    content_type: ContentType
    value_format: Format
    boot_file_names: BootNames
    boot_file: str


class ModelContent(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is said of a model beside its name; what is not said is as in a new one. Each is a column of the model."""

    vendor: Name
    description: Description = ""
    user_agent_pattern: Pattern = ""
    file_names: Names = []
    content_type: ContentType = ""
    value_format: Format = ValueFormat.AUDIOCODES
    boot_file_names: BootNames = []
    boot_file: str = ""


class NewModel(ModelContent, kw_only=True, forbid_unknown_fields=True):
    """A model that is to be added, under the name that its phones report."""

    name: Name


class ModelChanges(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to change of a model; the rest stays."""

    name: Name | UnsetType = UNSET
    vendor: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    user_agent_pattern: Pattern | UnsetType = UNSET
    file_names: Names | UnsetType = UNSET
    content_type: ContentType | UnsetType = UNSET
    value_format: Format | UnsetType = UNSET
    boot_file_names: BootNames | UnsetType = UNSET
    boot_file: str | UnsetType = UNSET


class ModelsQuery(ListQuery, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """Which models are listed, and in which order."""

    q: Annotated[Words, Meta(description="A part of the name, the vendor or the description.")] = ""
    sort: Literal["name", "-name", "id", "-id"] = "name"


_BY_ID = Order(PhoneModel.id, lambda row: row.id, said_as=int)
_LISTING: Listing[PhoneModel] = Listing(
    {"name": Order(PhoneModel.name, lambda row: row.name), "id": _BY_ID}, _BY_ID
)


def list_them(call: Call[ModelsQuery, Any]) -> Answer:
    """Lists the phone models."""
    wanted = select(PhoneModel)
    if call.query.q:
        columns = (PhoneModel.name, PhoneModel.vendor, PhoneModel.description)
        wanted = wanted.where(or_(*(column.icontains(call.query.q, autoescape=True) for column in columns)))
    return Answer(_LISTING.page(call, wanted, call.query.sort, _show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a phone model."""
    return Answer(_show(_model(call, to_change=False)))


def add(call: Call[Any, NewModel]) -> Answer:
    """Adds a phone model."""
    return _added(call, call.body)


def change(call: Call[Any, ModelChanges]) -> Answer:
    """Changes what the body names of a model. One that comes with the product keeps its name and its vendor."""
    model = _model(call, to_change=True)
    shown = _show(model)
    call.check_may_change(shown)
    return _changed(
        call, model, with_changes(msgspec.convert(shown, NewModel, from_attributes=True), call.body)
    )


def put(call: Call[Any, ModelContent]) -> Answer:
    """Adds the model of this name, or replaces all that is said of it: what the body leaves out is as in a new one."""
    said = NewModel(name=call.place["name"], **msgspec.structs.asdict(call.body))
    model = call.session.scalar(_named(call).with_for_update())
    if model is None:
        call.conditions.check_may_add()
        return _added(call, said)
    call.check_may_change(_show(model))
    return _changed(call, model, msgspec.structs.replace(said, name=model.name))


def delete(call: Call[Any, Any]) -> Answer:
    """Deletes a model that does not come with the product, and that no template and no device is of."""
    model = _model(call, to_change=True)
    call.check_may_change(_show(model))
    phone_models.check_model_may_go(call.session, model)
    _record(call, "deleted", model)
    call.session.delete(model)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _added(call: Call[Any, Any], said: NewModel) -> Answer:
    model = PhoneModel(is_shipped=False, **_columns(said))
    phone_models.prepare(call.session, model)
    call.session.add(model)
    call.session.flush()
    _record(call, "added", model)
    return Answer(_show(model), HTTPStatus.CREATED, f"/phone-models/{model.id}")


def _changed(call: Call[Any, Any], model: PhoneModel, said: NewModel) -> Answer:
    with call.session.no_autoflush:
        for name, value in _columns(said).items():
            setattr(model, name, value)
        phone_models.prepare(call.session, model)
        changes = row_deeds.changes_of(model, NewModel.__struct_fields__)
    call.session.flush()
    if changes:
        _record(call, "changed", model, changes)
    return Answer(_show(model))


def _record(call: Call[Any, Any], deed: str, model: PhoneModel, more: str = "") -> None:
    row_deeds.record(
        call.session,
        deed,
        "phone model",
        model.name,
        tenant_id=None,
        author=call.author,
        now=call.now,
        more=more,
    )


def _model(call: Call[Any, Any], *, to_change: bool) -> PhoneModel:
    wanted = (
        _named(call)
        if "name" in call.place
        else select(PhoneModel).where(PhoneModel.id == call.place["model_id"])
    )
    return get_row(call.session, wanted, "phone model", to_change=to_change)


def _named(call: Call[Any, Any]) -> Select[PhoneModel]:
    return select(PhoneModel).where(func.lower(PhoneModel.name) == call.place["name"].strip().lower())


def _show(model: PhoneModel) -> ModelItem:
    return ModelItem(
        id=model.id,
        name=model.name,
        vendor=model.vendor,
        description=model.description,
        user_agent_pattern=model.user_agent_pattern,
        is_shipped=model.is_shipped,
        file_names=model.file_names.splitlines(),
        content_type=model.content_type,
        value_format=model.value_format,
        boot_file_names=model.boot_file_names.splitlines(),
        boot_file=model.boot_file,
    )


def _columns(said: NewModel) -> dict[str, Any]:
    """Return what is said as the model keeps it: of names one on a line."""
    names = {"file_names": "\n".join(said.file_names), "boot_file_names": "\n".join(said.boot_file_names)}
    return msgspec.structs.asdict(said) | names


def _right(*deeds: str) -> Right:
    return Right(kind=Kind.PHONE_MODELS, page=PHONE_MODELS, deeds=deeds)


_ONE: dict[str, Any] = {"model_id": RowId}
_NAMED: dict[str, Any] = {"name": Name}

ROUTES = (
    Route(
        method="GET", path="/phone-models", does=list_them, name="list_phone_models",
        summary="List phone models", right=_right("can_list"), query=ModelsQuery, answers=ItemPage[ModelItem],
    ),
    Route(
        method="GET", path="/phone-models/{model_id}", does=read, name="show_phone_model",
        summary="Show a phone model", right=_right("can_show"), place=_ONE, answers=ModelItem,
    ),
    Route(
        method="POST", path="/phone-models", does=add, name="add_phone_model", summary="Add a phone model",
        right=_right("can_add"), body=NewModel, answers=ModelItem, status=HTTPStatus.CREATED,
    ),
    Route(
        method="PATCH", path="/phone-models/{model_id}", does=change, name="change_phone_model",
        summary="Change a phone model", right=_right("can_edit"), place=_ONE, body=ModelChanges, answers=ModelItem,
    ),
    Route(
        method="DELETE", path="/phone-models/{model_id}", does=delete, name="delete_phone_model",
        summary="Delete a phone model", right=_right("can_delete"), place=_ONE, status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET", path="/phone-models/named/{name}", does=read, name="show_named_phone_model",
        summary="Show the phone model of a name", right=_right("can_show"), place=_NAMED, answers=ModelItem,
    ),
    Route(
        method="PUT", path="/phone-models/named/{name}", does=put, name="put_phone_model",
        summary="Add or replace the phone model of a name", right=_right("can_add", "can_edit"), place=_NAMED,
        body=ModelContent, answers=ModelItem, adds=True,
    ),
)  # fmt: skip
