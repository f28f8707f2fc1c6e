"""The rules that are active, compiled once in a process: what is active does not change any more."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from threading import Lock
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import RuleSetVersion
from app.models.enums import RuleKind, RuleSetState
from app.rules.ordered.rule_list import RuleList
from app.services.rule_sets.reading import rules_of

AnyRules: TypeAlias = RuleList[Any]


class _Version(NamedTuple):
    id: int
    checksum: str


class ActiveRules:
    """Which versions are active at the moment at which it is made; good for one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        active = select(
            RuleSetVersion.kind, RuleSetVersion.tenant_id, RuleSetVersion.id, RuleSetVersion.checksum
        ).where(RuleSetVersion.state == RuleSetState.ACTIVE)
        self._active = {
            (kind, owner): _Version(version_id, checksum)
            for kind, owner, version_id, checksum in session.execute(active)
        }
        self._kinds = {kind for kind, _ in self._active}
        self._lists: dict[tuple[RuleKind, int | None], Sequence[AnyRules]] = {}

    def has(self, kind: RuleKind) -> bool:
        """Whether anybody has written rules of a kind."""
        return kind in self._kinds

    def versions(self, kind: RuleKind, tenant_id: int | None) -> list[int]:
        """Return the versions that are asked about a phone of a tenant: the system's, then the tenant's own."""
        return [version.id for version in self._asked(kind, tenant_id)]

    def lists(self, kind: RuleKind, tenant_id: int | None) -> Sequence[AnyRules]:
        """Return the lists that are asked about a phone of a tenant, in their order."""
        key = (kind, tenant_id)
        if key not in self._lists:
            self._lists[key] = self._compiled(kind, tenant_id)
        return self._lists[key]

    def checksums(self) -> list[str]:
        """Return what tells the lists that are active now from others, in one order."""
        return sorted(version.checksum for version in self._active.values())

    def _compiled(self, kind: RuleKind, tenant_id: int | None) -> Sequence[AnyRules]:
        return _compile(self._session, self._asked(kind, tenant_id))

    def _asked(self, kind: RuleKind, tenant_id: int | None) -> list[_Version]:
        asked = owners_asked(tenant_id)
        return [self._active[kind, owner] for owner in asked if (kind, owner) in self._active]


class DraftedRules(ActiveRules):
    """The rules that would be active if these drafts were; where none are named, all that there are."""

    def __init__(self, session: Session, drafts: Iterable[RuleSetVersion] | None = None) -> None:
        super().__init__(session)
        if drafts is None:
            every = select(RuleSetVersion).where(RuleSetVersion.state == RuleSetState.DRAFT)
            drafts = session.scalars(every).all()
        self._drafts = {
            (draft.kind, draft.tenant_id): RuleList(rules_of(session, draft.id)) for draft in drafts
        }
        self._kinds |= {kind for kind, _ in self._drafts}

    def _compiled(self, kind: RuleKind, tenant_id: int | None) -> Sequence[AnyRules]:
        found = []
        for owner in owners_asked(tenant_id):
            if (kind, owner) in self._drafts:
                found.append(self._drafts[kind, owner])
            elif (kind, owner) in self._active:
                found += _compile(self._session, [self._active[kind, owner]])
        return found


def owners_asked(tenant_id: int | None) -> tuple[int | None, ...]:
    """Return whose lists are asked about a phone of a tenant, in their order: the system's, then the tenant's own."""
    return (None,) if tenant_id is None else (None, tenant_id)


def lists_of(session: Session, version_ids: Sequence[int]) -> Sequence[AnyRules]:
    """Return the lists of versions that are or were active, in this order, without those that are not seen."""
    asked = select(RuleSetVersion.id, RuleSetVersion.checksum).where(RuleSetVersion.id.in_(version_ids))
    found = {version_id: _Version(version_id, checksum) for version_id, checksum in session.execute(asked)}
    return _compile(session, (found[each] for each in version_ids if each in found))


class _Compiled:
    """The lists that were asked last, by their checksums: what has the same says the same."""

    _MOST = 256

    def __init__(self) -> None:
        self._lists: OrderedDict[str, AnyRules] = OrderedDict()
        self._lock = Lock()

    def find(self, checksum: str) -> AnyRules | None:
        with self._lock:
            found = self._lists.get(checksum)
            if found is not None:
                self._lists.move_to_end(checksum)
            return found

    def keep(self, checksum: str, rules: AnyRules) -> None:
        with self._lock:
            self._lists[checksum] = rules
            while len(self._lists) > self._MOST:
                self._lists.popitem(last=False)


_COMPILED = _Compiled()


def _compile(session: Session, versions: Iterable[_Version]) -> Sequence[AnyRules]:
    lists = []
    for version in versions:
        rules = _COMPILED.find(version.checksum)
        if rules is None:
            rules = RuleList(rules_of(session, version.id))
            _COMPILED.keep(version.checksum, rules)
        lists.append(rules)
    return lists
