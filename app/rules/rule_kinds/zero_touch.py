"""The three kinds of rules that say what a phone gets."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.errors import InvalidInputError
from app.models.enums import RuleKind, Stage
from app.rules.conditions.demands import Demands
from app.rules.conditions.tree import Node
from app.rules.rule_kinds.names import Names, id_of
from app.rules.rule_kinds.spec import Control, OutcomeField, RuleKindSpec, Values, one
from app.rules.sentences import quoted
from app.rules.versions import parse_version
from app.rules.zero_touch.outcomes import (
    FirmwareOutcome,
    GivenFirmware,
    GivenTemplate,
    KeepsFirmware,
    PlacedIn,
    PlacementOutcome,
    TemplateOutcome,
    WaitsForApproval,
    WaitsForTemplate,
)

_GIVE = "give"


class _Placement(RuleKindSpec[PlacementOutcome]):
    kind: ClassVar = RuleKind.PLACEMENT
    title: ClassVar = "Placement"
    question: ClassVar = "Which tenant and site does a phone belong to?"
    stage: ClassVar = Stage.PLACEMENT
    is_for_tenants: ClassVar = False

    def fields(self, names: Names) -> Sequence[OutcomeField]:
        tenants = sorted((name, name) for name in names.tenants.values())
        sites = sorted({(site.name, names.tenants.get(site.tenant_id, "")) for site in names.sites.values()})
        in_tenant = (_GIVE, ("tenant",))
        gives = (("tenant", "Place it in a tenant"), ("approval", "Let it wait for approval"))
        return (
            OutcomeField(_GIVE, "Then", Control.CHOICE, options=gives, default="tenant"),
            OutcomeField("tenant", "Tenant", Control.SUGGESTED, options=tenants, shown_where=in_tenant),
            OutcomeField(
                "site",
                "Site",
                Control.SUGGESTED,
                "Empty: the site that its address has in the tenant.",
                sites,
                shown_where=in_tenant,
            ),
        )

    def read(self, values: Values, names: Names) -> dict[str, Any]:
        if _chosen(values, ("tenant", "approval")) == "approval":
            return {_GIVE: "approval"}
        tenant_id = _id_of(names.tenants, one(values, "tenant"), "tenant")
        site, site_id = one(values, "site"), None
        if site:
            own = {key: each.name for key, each in names.sites.items() if each.tenant_id == tenant_id}
            site_id = _id_of(own, site, "site", f"site of tenant {names.tenants[tenant_id]}")
        return {_GIVE: "tenant", "tenant_id": tenant_id, "site_id": site_id}

    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        if kept[_GIVE] == "approval":
            return {_GIVE: ["approval"]}
        site = names.sites.get(kept["site_id"])
        return {
            _GIVE: ["tenant"],
            "tenant": [names.tenants.get(kept["tenant_id"], "")],
            "site": [site.name if site else ""],
        }

    def outcome(self, kept: Mapping[str, Any]) -> PlacementOutcome:
        if kept[_GIVE] == "approval":
            return WaitsForApproval()
        return PlacedIn(kept["tenant_id"], kept["site_id"])

    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        if kept[_GIVE] == "approval":
            return "lets the phone wait for approval"
        tenant = f"places the phone in tenant {names.tenants.get(kept['tenant_id'], names.gone)}"
        if kept["site_id"] is None:
            return tenant
        site = names.sites.get(kept["site_id"])
        return f"{tenant}, site {site.name if site else names.gone}"

    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        if kept[_GIVE] == "approval":
            return ""
        if kept["tenant_id"] not in names.tenants:
            return "The tenant that it names is no more."
        site = names.sites.get(kept["site_id"])
        if kept["site_id"] is None or (site and site.tenant_id == kept["tenant_id"]):
            return ""
        return f"The site that it names is no more in tenant {names.tenants[kept['tenant_id']]}."


class _Template(RuleKindSpec[TemplateOutcome]):
    kind: ClassVar = RuleKind.TEMPLATE
    title: ClassVar = "Template"
    question: ClassVar = "Which template is the file of a phone made from?"
    stage: ClassVar = Stage.TEMPLATE

    def fields(self, names: Names) -> Sequence[OutcomeField]:
        templates = sorted((each.name, each.model) for each in names.templates.values())
        gives = (("template", "Give it a template"), ("wait", "Let it wait for a template"))
        return (
            OutcomeField(_GIVE, "Then", Control.CHOICE, options=gives, default="template"),
            OutcomeField(
                "template",
                "Template",
                Control.SUGGESTED,
                "A phone of another model than the template's is passed over.",
                templates,
                shown_where=(_GIVE, ("template",)),
            ),
        )

    def read(self, values: Values, names: Names) -> dict[str, Any]:
        if _chosen(values, ("template", "wait")) == "wait":
            return {_GIVE: "wait"}
        named = {key: each.name for key, each in names.templates.items()}
        return {_GIVE: "template", "template_id": _id_of(named, one(values, "template"), "template")}

    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        if kept[_GIVE] == "wait":
            return {_GIVE: ["wait"]}
        template = names.templates.get(kept["template_id"])
        return {_GIVE: ["template"], "template": [template.name if template else ""]}

    def outcome(self, kept: Mapping[str, Any]) -> TemplateOutcome:
        return WaitsForTemplate() if kept[_GIVE] == "wait" else GivenTemplate(kept["template_id"])

    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        if kept[_GIVE] == "wait":
            return "lets the phone wait for a template"
        template = names.templates.get(kept["template_id"])
        return f"gives the template {template.name if template else names.gone}"

    def mismatch(self, conditions: Node, kept: Mapping[str, Any], names: Names) -> str:
        template = names.templates.get(kept.get("template_id", 0))
        if template is None or Demands(conditions).allows({"model": template.model.casefold()}):
            return ""
        return f"Its template {template.name} is for model {template.model}, and no such phone matches."

    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        is_there = kept[_GIVE] == "wait" or kept["template_id"] in names.templates
        return "" if is_there else "The template that it gives is no more."


class _Firmware(RuleKindSpec[FirmwareOutcome]):
    kind: ClassVar = RuleKind.FIRMWARE
    title: ClassVar = "Firmware"
    question: ClassVar = "Which firmware is a phone told to load?"
    stage: ClassVar = Stage.FIRMWARE

    def fields(self, names: Names) -> Sequence[OutcomeField]:
        files = [(name, "") for name in sorted(names.firmware.values())]
        given = (_GIVE, ("firmware",))
        gives = (("firmware", "Let it load a firmware"), ("keep", "Leave the firmware as it is"))
        return (
            OutcomeField(_GIVE, "Then", Control.CHOICE, options=gives, default="firmware"),
            OutcomeField("firmware", "Firmware", Control.SUGGESTED, options=files, shown_where=given),
            OutcomeField(
                "at_least",
                "Unless it has at least",
                Control.TEXT,
                "A version like UC_3.4.6.604: a phone that has it, or a later one, keeps what it has. Empty: always.",
                shown_where=given,
            ),
        )

    def read(self, values: Values, names: Names) -> dict[str, Any]:
        if _chosen(values, ("firmware", "keep")) == "keep":
            return {_GIVE: "keep"}
        firmware_id = _id_of(names.firmware, one(values, "firmware"), "firmware", "firmware file")
        at_least = one(values, "at_least")
        if at_least and parse_version(at_least) is None:
            sentence = f"{quoted(at_least)} is not a firmware version; write it like UC_3.4.6.604 or 2.2.16."
            raise InvalidInputError(sentence, field="at_least")
        return {_GIVE: "firmware", "firmware_id": firmware_id, "at_least": at_least}

    def values(self, kept: Mapping[str, Any], names: Names) -> dict[str, list[str]]:
        if kept[_GIVE] == "keep":
            return {_GIVE: ["keep"]}
        name = names.firmware.get(kept["firmware_id"], "")
        return {_GIVE: ["firmware"], "firmware": [name], "at_least": [kept["at_least"]]}

    def outcome(self, kept: Mapping[str, Any]) -> FirmwareOutcome:
        if kept[_GIVE] == "keep":
            return KeepsFirmware()
        return GivenFirmware(kept["firmware_id"], kept["at_least"])

    def sentence(self, kept: Mapping[str, Any], names: Names) -> str:
        if kept[_GIVE] == "keep":
            return "leaves the firmware as it is"
        sentence = f"gives the firmware {names.firmware.get(kept['firmware_id'], names.gone)}"
        return (
            f"{sentence} unless the phone has at least {kept['at_least']}" if kept["at_least"] else sentence
        )

    def missing(self, kept: Mapping[str, Any], names: Names) -> str:
        is_there = kept[_GIVE] == "keep" or kept["firmware_id"] in names.firmware
        return "" if is_there else "The firmware that it gives is no more."


def _chosen(values: Values, words: Sequence[str]) -> str:
    word = one(values, _GIVE)
    if word not in words:
        raise InvalidInputError(f"Say what the rule gives: {' or '.join(words)}.", field=_GIVE)
    return word


def _id_of(named: Mapping[int, str], name: str, field: str, noun: str = "") -> int:
    if not name:
        raise InvalidInputError(f"Choose a {noun or field}.", field=field)
    try:
        return id_of(named, name, noun or field)
    except InvalidInputError as error:
        raise InvalidInputError(str(error), field=field) from error


PLACEMENT, TEMPLATE, FIRMWARE = _Placement(), _Template(), _Firmware()
