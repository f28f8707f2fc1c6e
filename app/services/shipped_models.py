"""The phone models that come with the product, and what files of their phones are like (product, "Words")."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import PhoneModel
from app.models.enums import ValueFormat
from app.rendering.vendor_templates import POLYCOM_BOOT_FILE

_NAMES = {
    "AudioCodes": ("405", "420HD", "430HD", "440HD", "445HD", "450HD", "C450HD", "HRS"),
    "Spectralink": ("8440",),
    "Polycom": ("Trio 8800",),
}
_XML = {"value_format": ValueFormat.XML, "content_type": "application/xml"}
_FORMS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "SPA504G": {"vendor": "Cisco", "file_names": "spa{mac}.xml\n{mac}.xml", **_XML},
        "GXP2170": {"vendor": "Grandstream", "file_names": "cfg{mac}.xml", **_XML},
        "VVX 410": {
            "vendor": "Polycom",
            "file_names": "{mac}-config.cfg",
            "boot_file_names": "{mac}.cfg",
            "boot_file": POLYCOM_BOOT_FILE,
            **_XML,
        },
        "D785": {"vendor": "Snom", "file_names": "snom{model}-{MAC}.htm\n{mac}.htm\n{mac}.xml", **_XML},
        "T46S": {"vendor": "Yealink", "value_format": ValueFormat.TEXT},
    }
)


def add_missing(session: Session) -> dict[str, PhoneModel]:
    """Add the models that are missing and return those that come with the product, by name.

    A model that an administrator has added under the name of one with a form of its own stays his: his templates are
    written for it.
    """
    models = {model.name: model for model in session.scalars(select(PhoneModel))}
    shipped = {}
    for vendor, names in _NAMES.items():
        for name in names:
            shipped[name] = models.get(name) or PhoneModel(vendor=vendor, name=name)
            shipped[name].is_shipped = True
    for name, form in _FORMS.items():
        model = models.get(name) or PhoneModel(name=name, is_shipped=True, **form)
        if model.is_shipped:
            shipped[name] = model
    session.add_all(shipped.values())
    return shipped
