"""What the rules of Zero Touch look at, as the database has it: tenants, sites, templates, models, firmware, proxy."""

from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, Firmware, PhoneModel, Site, TemplateDefault, Tenant
from app.models.enums import RuleKind, Train
from app.rules.user_agent_patterns import model_by_pattern
from app.rules.user_agents import UserAgent, known_model, parse_user_agent
from app.rules.versions import train_of
from app.rules.zero_touch.facts import Facts, NamedTemplate, SiteFact, TemplateFact, TenantFact
from app.rules.zero_touch.known import minute_of
from app.rules.zero_touch.template import TemplateTable
from app.rules.zero_touch.topology import Topology
from app.services import settings
from app.services.rule_sets.active import ActiveRules
from app.services.status_rows import StatusRow

_OF_ZERO_TOUCH = (RuleKind.PLACEMENT, RuleKind.TEMPLATE, RuleKind.FIRMWARE)


class Surroundings:
    """Reads what all phones have in common once, when it is needed; good for one transaction.

    The ``rules`` are those that are active, where no others are given. Who asks for pins, too, ``names_templates``.
    """

    def __init__(
        self, session: Session, rules: ActiveRules | None = None, *, names_templates: bool = False
    ) -> None:
        self._session = session
        self._given_rules = rules
        self._names_templates = names_templates
        self._models_meant: dict[str, str | None] = {}
        self._minute: tuple[datetime, str] | None = None

    @cached_property
    def topology(self) -> Topology:
        """The tenants and sites."""
        tenants = self._session.execute(
            select(Tenant.id, Tenant.name, Tenant.subnet, Tenant.is_default, Tenant.approves_automatically)
        )
        sites = self._session.execute(
            select(Site.id, Site.tenant_id, Site.name, Site.subnet, Site.is_auto_detection)
        )
        return Topology([TenantFact(*row) for row in tenants], [SiteFact(*row) for row in sites])

    @cached_property
    def templates(self) -> TemplateTable:
        """The templates to choose from: the factory's, the defaults of tenants, and all that rules may give."""
        ladder = [*self._factory_templates(), *self._defaults_of_tenants()]
        is_any_asked_for = self._names_templates or self.rules.has(RuleKind.TEMPLATE)
        return TemplateTable(ladder, self._named_templates() if is_any_asked_for else ())

    @cached_property
    def rules(self) -> ActiveRules:
        """The rules of administrators that are asked."""
        return self._given_rules or ActiveRules(self._session)

    @cached_property
    def has_rules(self) -> bool:
        """Whether any of them says what a phone gets."""
        return any(map(self.rules.has, _OF_ZERO_TOUCH))

    @cached_property
    def time_zone(self) -> ZoneInfo:
        """The zone of the phones, by whose clock rules ask for hours."""
        return settings.time_zone_of_phones(self._session)

    def minute_at(self, now: datetime) -> str:
        """Return a time by the clock of the phones; the same is asked for all of a fleet."""
        if self._minute is None or self._minute[0] != now:
            self._minute = (now, minute_of(now.astimezone(self.time_zone)))
        return self._minute[1]

    @cached_property
    def models(self) -> dict[str, int]:
        """The ids of the phone models by name."""
        return dict(self._session.execute(select(PhoneModel.name, PhoneModel.id)).all())

    @cached_property
    def firmware(self) -> dict[str, int]:
        """The ids of the firmware files by name."""
        return dict(self._session.execute(select(Firmware.name, Firmware.id)).all())

    def is_proxy(self, peer: str) -> bool:
        """Whether connections from this address come through the SBC's HTTP proxy."""
        return bool(peer) and peer == self._proxy_address

    def facts_of(self, row: StatusRow) -> Facts:
        """Return what is known of a phone from all that it asked for and reported."""
        agent = parse_user_agent(row["user_agent"])
        return Facts(
            mac=row["mac"],
            model=self._model_of(row["model"] or (agent.model if agent else ""))
            or model_by_pattern(row["user_agent"], self._patterns),
            train=_train_of_phone(row["firmware_version"], agent),
            firmware=row["firmware_version"] or (agent.firmware if agent else None),
            url_tenant=row["url_tenant"] or None,
            region=row["region"] or None,
            ip=row["ip"] or None,
            peer=row["external_ip"] or None,
            via_proxy=row["is_behind_proxy"],
            user_agent=row["user_agent"] or None,
        )

    def _model_of(self, text: str) -> str | None:
        if text not in self._models_meant:
            self._models_meant[text] = known_model(text, self.models)
        return self._models_meant[text]

    @cached_property
    def _patterns(self) -> dict[str, str]:
        patterns = select(PhoneModel.name, PhoneModel.user_agent_pattern)
        return dict(self._session.execute(patterns.where(PhoneModel.user_agent_pattern != "")).all())

    @cached_property
    def _proxy_address(self) -> str:
        return settings.sbc_proxy_address(self._session)

    def _named_templates(self) -> list[NamedTemplate]:
        rows = self._session.execute(
            select(ConfigTemplate.id, ConfigTemplate.name, PhoneModel.name, ConfigTemplate.tenant_id).join(
                PhoneModel, ConfigTemplate.phone_model_id == PhoneModel.id
            )
        )
        return [NamedTemplate(*row) for row in rows]

    def _factory_templates(self) -> list[TemplateFact]:
        rows = self._session.execute(
            select(ConfigTemplate.id, ConfigTemplate.name, PhoneModel.name, ConfigTemplate.train)
            .join(PhoneModel, ConfigTemplate.phone_model_id == PhoneModel.id)
            .where(ConfigTemplate.factory_content.is_not(None))
        )
        return [TemplateFact(*row, is_factory=True) for row in rows]

    def _defaults_of_tenants(self) -> list[TemplateFact]:
        rows = self._session.execute(
            select(
                ConfigTemplate.id,
                ConfigTemplate.name,
                PhoneModel.name,
                TemplateDefault.train,
                TemplateDefault.tenant_id,
            )
            .join(TemplateDefault, TemplateDefault.template_id == ConfigTemplate.id)
            .join(PhoneModel, TemplateDefault.phone_model_id == PhoneModel.id)
        )
        return [TemplateFact(*row, is_default=True) for row in rows]


def _train_of_phone(firmware_version: str, agent: UserAgent | None) -> Train:
    """Return the train of a phone by its firmware version, else by its User-Agent, else generic."""
    if firmware_version:
        return train_of(firmware_version)
    return agent.train if agent else Train.GENERIC
