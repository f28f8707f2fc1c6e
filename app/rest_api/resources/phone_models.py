"""Phone models: `/phone-models`, the kinds of phones that are recognised and configured."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlalchemy import or_, select

from app.models import PhoneModel
from app.models.enums import ValueFormat
from app.rest_api.calls import Answer, Call
from app.rest_api.keeping import get_row
from app.rest_api.listing import ItemPage, Listing, ListQuery, Order, RowId, Words
from app.rest_api.routes import Right, Route
from app.rules.api_tokens import Kind
from app.security.roles import PHONE_MODELS
from app.services import phone_forms


class ModelItem(Struct, kw_only=True):
    """A model of a vendor, under the name that its phones report."""

    id: int
    name: str
    vendor: str
    description: str
    user_agent_pattern: str
    is_shipped: bool
    file_names: Annotated[
        list[str],
        Meta(description="Patterns of the names that phones ask for, with {mac}, {MAC} and {model} in them."),
    ]
    content_type: Annotated[str, Meta(description="What phones are told that their file is.")]
    value_format: Annotated[ValueFormat, Meta(description="How values of placeholders stand in the file.")]
    boot_file_names: Annotated[
        list[str],
        Meta(
            description="Patterns of the names of a file that leads phones to their own; none: no such file."
        ),
    ]
    boot_file: str


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
    wanted = select(PhoneModel).where(PhoneModel.id == call.place["model_id"])
    return Answer(_show(get_row(call.session, wanted, "phone model", to_change=False)))


def _show(model: PhoneModel) -> ModelItem:
    form = phone_forms.of_model(model)
    return ModelItem(
        id=model.id,
        name=model.name,
        vendor=model.vendor,
        description=model.description,
        user_agent_pattern=model.user_agent_pattern,
        is_shipped=model.is_shipped,
        file_names=list(form.names),
        content_type=form.content_type,
        value_format=form.value_format,
        boot_file_names=list(form.boot_names),
        boot_file=form.boot_text,
    )


def _right(deed: str) -> Right:
    return Right(kind=Kind.PHONE_MODELS, page=PHONE_MODELS, deeds=(deed,))


ROUTES = (
    Route(
        method="GET", path="/phone-models", does=list_them, name="list_phone_models",
        summary="List phone models", right=_right("can_list"), query=ModelsQuery, answers=ItemPage[ModelItem],
    ),
    Route(
        method="GET", path="/phone-models/{model_id}", does=read, name="show_phone_model",
        summary="Show a phone model", right=_right("can_show"), place={"model_id": RowId}, answers=ModelItem,
    ),
)  # fmt: skip
