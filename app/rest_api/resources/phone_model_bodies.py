"""What is said and shown of a phone model."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from app.models import PhoneModel
from app.models.enums import ValueFormat
from app.models.phone_model import MAX_CONTENT_TYPE, MAX_DESCRIPTION, MAX_PATTERN
from app.rest_api.listing import ListQuery, Words
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


def show(model: PhoneModel) -> ModelItem:
    """Return a model as it is shown."""
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


def columns_of(said: NewModel) -> dict[str, Any]:
    """Return what is said as the model keeps it: of names one on a line."""
    names = {"file_names": "\n".join(said.file_names), "boot_file_names": "\n".join(said.boot_file_names)}
    return msgspec.structs.asdict(said) | names
