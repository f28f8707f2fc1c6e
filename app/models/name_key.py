"""Names that are found without regard to case: the key that goes with them."""

from sqlalchemy.orm import Mapped, validates


class HasNameKey:
    """A row with a name; ``name_key`` is the name folded, for look-ups and for being unique."""

    name: Mapped[str]
    name_key: Mapped[str]

    @staticmethod
    def fold(name: str) -> str:
        """Return what names of this kind are compared by."""
        return name.casefold()

    @validates("name")
    def _keep_key(self, _attribute: str, name: str) -> str:
        self.name_key = self.fold(name)
        return name
