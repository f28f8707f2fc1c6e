"""A file names each user and each phone once: in which line it has named which."""

from collections import defaultdict
from collections.abc import Iterable


class Claims:
    """The users and phones that lines of a file have named so far: all that is remembered of its rows."""

    def __init__(self) -> None:
        self._users: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._phones: dict[str, int] = {}

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
