"""What the words of rows mean: thought over once for all rows that have the same, since most of them have."""

from collections.abc import Sequence
from contextlib import suppress
from typing import TypeAlias

from app.errors import InvalidInputError
from app.services.imports.user_known import Kind
from app.services.imports.user_places import Places, TenantPlace, language, vlan

Words: TypeAlias = tuple[str, ...]
"""What a row says of a device behind its names and numbers: template, language, the three of the VLAN, site."""


class Meanings:
    """Remembers what words mean in the installation of these places."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._tenants: dict[str, TenantPlace | None] = {}
        self._kinds: dict[tuple[int, Words], Kind | None] = {}

    def tenant(self, name: str) -> TenantPlace:
        """Return a tenant; InvalidInputError where there is none of this name."""
        found = self._tenants.get(name)
        if found is None:
            found = self._tenants[name] = self._places.tenant(name)
        return found

    def kind(self, tenant: TenantPlace, words: Words) -> Kind:
        """Return what the words of a device mean; InvalidInputError where one means nothing."""
        found = self._kinds.get((tenant.id, words))
        if found is None:
            template, spoken, mode, number, priority, site = words
            chosen = self._places.template(tenant, template)
            found = self._kinds[tenant.id, words] = Kind(
                self._places.site(tenant, site),
                chosen.phone_model_id if chosen else None,
                chosen.id if chosen else None,
                language(spoken),
                *vlan(mode, number, priority),
            )
        return found

    def tenants(self, names: Sequence[str]) -> list[TenantPlace | None]:
        """Return the tenant of each name, None where there is none."""
        for name in set(names) - self._tenants.keys():
            self._tenants[name] = None
            with suppress(InvalidInputError):
                self.tenant(name)
        return [self._tenants[name] for name in names]

    def kinds(self, tenants: Sequence[TenantPlace | None], words: Sequence[Words]) -> list[Kind | None]:
        """Return what each device's words mean in its tenant, None where one of them means nothing."""
        by_id = {tenant.id: tenant for tenant in tenants if tenant is not None}
        pairs = [(tenant.id if tenant else 0, said) for tenant, said in zip(tenants, words, strict=True)]
        for tenant_id, said in set(pairs) - self._kinds.keys():
            self._kinds[tenant_id, said] = None
            if tenant_id:
                with suppress(InvalidInputError):
                    self.kind(by_id[tenant_id], said)
        return [self._kinds[pair] for pair in pairs]
