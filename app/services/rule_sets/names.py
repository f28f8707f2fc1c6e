"""The names that rules may speak of, as the account that asks may see them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ConfigTemplate, Destination, Firmware, PhoneModel, Site, Tenant
from app.models.enums import DestinationKind, RuleKind
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.rule_kinds import SPECS
from app.rules.rule_kinds.names import NamedSite, Names
from app.rules.zero_touch.facts import NamedTemplate
from app.security.tenant_scope import scope_of


def read_names(session: Session) -> Names:
    """Return the tenants, sites, templates, firmware files, destinations and models that there are."""
    sees_all = scope_of(session).is_everything
    sites = session.execute(select(Site.id, Site.name, Site.tenant_id).order_by(Site.name))
    templates = session.execute(
        select(ConfigTemplate.id, ConfigTemplate.name, PhoneModel.name, ConfigTemplate.tenant_id)
        .join(PhoneModel, ConfigTemplate.phone_model_id == PhoneModel.id)
        .order_by(ConfigTemplate.name)
    )
    return Names(
        tenants=dict(session.execute(select(Tenant.id, Tenant.name).order_by(Tenant.name)).all()),
        sites={site_id: NamedSite(name, tenant_id) for site_id, name, tenant_id in sites},
        templates={row[0]: NamedTemplate(*row) for row in templates},
        firmware=dict(session.execute(select(Firmware.id, Firmware.name).order_by(Firmware.name)).all()),
        destinations=dict(
            session.execute(
                select(Destination.id, Destination.name)
                .where(Destination.kind != DestinationKind.EVENTS)
                .order_by(Destination.name)
            ).all()
        ),
        models=tuple(session.scalars(select(PhoneModel.name).order_by(PhoneModel.name))),
        gone="that is no more" if sees_all else "that your account does not see",
    )


def vocabulary_of(kind: RuleKind, names: Names) -> Vocabulary:
    """Return what the conditions of a kind of rules may speak of."""
    return Vocabulary(SPECS[kind].stage, names.for_conditions)
