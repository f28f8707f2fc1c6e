"""Phone models: `/phone-models`, the kinds of phones that are recognised and configured."""

from http import HTTPStatus
from typing import Any

import msgspec
from sqlalchemy import Select, func, or_, select

from app.models import PhoneModel
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row, with_changes
from app.rest_api.listing import ItemPage, Listing, Order, RowId
from app.rest_api.resources.phone_model_bodies import (
    ModelChanges,
    ModelContent,
    ModelItem,
    ModelsQuery,
    Name,
    NewModel,
    columns_of,
    show,
)
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import PHONE_MODELS
from app.services import phone_models, row_deeds

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
    return Answer(_LISTING.page(call, wanted, call.query.sort, show))


def read(call: Call[Any, Any]) -> Answer:
    """Shows a phone model."""
    return Answer(show(_model(call, to_change=False)))


def add(call: Call[Any, NewModel]) -> Answer:
    """Adds a phone model."""
    return _added(call, call.body)


def change(call: Call[Any, ModelChanges]) -> Answer:
    """Changes what the body names of a model. One that comes with the product keeps its name and its vendor."""
    model = _model(call, to_change=True)
    shown = show(model)
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
    call.check_may_change(show(model))
    return _changed(call, model, msgspec.structs.replace(said, name=model.name))


def delete(call: Call[Any, Any]) -> Answer:
    """Deletes a model that does not come with the product, and that no template and no device is of."""
    model = _model(call, to_change=True)
    call.check_may_change(show(model))
    phone_models.check_model_may_go(call.session, model)
    _record(call, "deleted", model)
    call.session.delete(model)
    return Answer(status=HTTPStatus.NO_CONTENT)


def _added(call: Call[Any, Any], said: NewModel) -> Answer:
    model = PhoneModel(is_shipped=False, **columns_of(said))
    phone_models.prepare(call.session, model)
    call.session.add(model)
    call.session.flush()
    _record(call, "added", model)
    return Answer(show(model), HTTPStatus.CREATED, f"/phone-models/{model.id}")


def _changed(call: Call[Any, Any], model: PhoneModel, said: NewModel) -> Answer:
    with call.session.no_autoflush:
        for name, value in columns_of(said).items():
            setattr(model, name, value)
        phone_models.prepare(call.session, model)
        changes = row_deeds.changes_of(model, NewModel.__struct_fields__)
    call.session.flush()
    if changes:
        _record(call, "changed", model, changes)
    return Answer(show(model))


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
