"""A file names each user and each phone once: in which line it has named which."""

from collections import defaultdict
from collections.abc import Iterable, Sequence


class Claims:
    """The users and phones that lines of a file have named so far: all that is remembered of its rows."""

    def __init__(self) -> None:
        self._users: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._phones: dict[str, int] = {}

    def take_all(
        self,
        lines: Sequence[int],
        tenant_ids: Sequence[int],
        keys: Sequence[str],
        macs: Sequence[Sequence[str]],
    ) -> bool:
        """Let some lines have their users and phones, where none was named before; else take none for any of them."""
        if len(set(tenant_ids)) != 1:
            return False
        users = dict(zip(keys, lines, strict=True))
        phones = {mac: line for line, named in zip(lines, macs, strict=True) for mac in named}
        known = self._users[tenant_ids[0]]
        is_free = (
            len(users) == len(keys)
            and len(phones) == sum(map(len, macs))
            and known.keys().isdisjoint(users)
            and self._phones.keys().isdisjoint(phones)
        )
        if is_free:
            known.update(users)
            self._phones.update(phones)
        return is_free

    def take(self, line: int, tenant_id: int, key: str, macs: Iterable[str]) -> str:
        """Let a line have its user and phones; return nothing, or a sentence where an earlier one has them."""
        earlier = self._users[tenant_id].setdefault(key, line)
        if earlier != line:
            return f"The user stands in line {earlier} already; name all phones of a user in one row, as Device 2, 3 …"
        for mac in macs:
            earlier = self._phones.setdefault(mac, line)
            if earlier != line:
                return f"The phone {mac} stands in line {earlier} already."
        return ""
