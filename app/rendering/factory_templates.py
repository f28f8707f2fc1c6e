"""The templates every installation starts with (manual 9.2): per model, generic and Skype for Business."""

from dataclasses import dataclass
from itertools import chain

from app.models.enums import Train
from app.rendering import factory_blocks as blocks
from app.rendering import vendor_templates as vendors
from app.rendering.personal_file import TOKENS
from app.rendering.template_file import FileConfig, TemplateFile, write_template

_Block = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactoryTemplate:
    """A template as it is delivered: ``content`` is its XML, ``model`` the name of the phone model."""

    name: str
    description: str
    model: str
    train: Train
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """What tells the models apart: SIP lines, the key with the user's name, what the UC firmware has."""

    name: str
    lines: int
    name_key: int | None = None
    has_calendar: bool = False
    has_btoe: bool = True


_MODELS = (
    _Model(name="405", lines=2, name_key=12, has_btoe=False),
    _Model(name="420HD", lines=2, name_key=12),
    _Model(name="430HD", lines=6, name_key=12),
    _Model(name="440HD", lines=6, name_key=12, has_calendar=True),
    _Model(name="445HD", lines=8, has_calendar=True),
    _Model(name="450HD", lines=8, has_calendar=True),
    _Model(name="C450HD", lines=8, has_calendar=True),
)

# How the two trains are written in the names of global files.
_WORD_OF_TRAIN = {Train.GENERIC: "GENERIC", Train.UC: "LYNC"}

_EVERY_PHONE = (blocks.PROVISIONING, blocks.REPORTS, blocks.WEB_USER, blocks.LANGUAGE, blocks.VLAN)


def _generic(model: _Model) -> FactoryTemplate:
    return _template(
        model.name,
        Train.GENERIC,
        (
            *_EVERY_PHONE,
            blocks.TIME,
            blocks.LDAP,
            blocks.FIRST_LINE,
            blocks.further_lines(model.lines),
            blocks.name_key(model.name_key),
            blocks.MEDIA,
            blocks.SIP_PROXY,
            blocks.OUTBOUND_PROXY,
            blocks.VOICE_MAIL,
        ),
    )


def _uc(model: _Model) -> FactoryTemplate:
    return _template(
        model.name,
        Train.UC,
        (
            *_EVERY_PHONE,
            blocks.UC_SIGN_IN,
            blocks.UC_CALENDAR if model.has_calendar else (),
            blocks.UC_BTOE if model.has_btoe else (),
        ),
    )


def _template(model: str, train: Train, content: tuple[_Block, ...]) -> FactoryTemplate:
    is_uc = train is Train.UC
    description = f"AudioCodes {model} Skype for Business" if is_uc else f"AudioCodes {model}"
    global_file = f"Audiocodes_{model}_global_{_WORD_OF_TRAIN[train]}_empty.cfg"
    lines = (
        f"include {global_file}",
        *chain.from_iterable(content),
        *(f"{token}=ENABLE" for token in TOKENS),
    )
    template = TemplateFile(
        model_type=f"audiocodes_{model}",
        description=description,
        global_file=FileConfig(global_file, ""),
        personal_file=FileConfig("%ITCS_mac%.cfg", "\n".join(lines)),
    )
    name = f"Audiocodes_{model}_LYNC" if is_uc else f"Audiocodes_{model}"
    return FactoryTemplate(name, description, model, train, write_template(template))


def _of_vendor(vendor: str, model: str, lines: _Block) -> FactoryTemplate:
    """Return the template of another vendor's phone, which includes no other file."""
    name, description = f"{vendor}_{model}".replace(" ", "_"), f"{vendor} {model}"
    template = TemplateFile(
        model_type=name.lower(),
        description=description,
        global_file=FileConfig(f"{name}_global.cfg", ""),
        personal_file=FileConfig("%ITCS_mac%.cfg", "\n".join(lines)),
    )
    return FactoryTemplate(name, description, model, Train.GENERIC, write_template(template))


VENDOR_TEMPLATES: tuple[FactoryTemplate, ...] = (
    _of_vendor("Cisco", "SPA504G", vendors.CISCO_SPA),
    _of_vendor("Grandstream", "GXP2170", vendors.GRANDSTREAM),
    _of_vendor("Polycom", "VVX 410", vendors.POLYCOM),
    _of_vendor("Snom", "D785", vendors.SNOM),
    _of_vendor("Yealink", "T46S", vendors.YEALINK),
)
"""Those of other vendors' phones, whose models have forms of their own (app/services/shipped_models.py)."""

FACTORY_TEMPLATES: tuple[FactoryTemplate, ...] = (
    *map(_generic, _MODELS),
    *map(_uc, _MODELS),
    _template("HRS", Train.UC, (*_EVERY_PHONE, blocks.UC_SIGN_IN, blocks.HRS_SPEAKER)),
)
