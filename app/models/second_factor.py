"""What an operator proves beside the password: codes of an app, and codes on paper for who has lost it."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, EncryptedText


class SecondFactor(Base):
    """The secret that an operator's app shares (RFC 6238). It counts once ``Operator.second_factor_since`` is set.

    ``last_step`` is the half minute since 1970 whose code was taken last: none is taken twice.
    """

    __tablename__ = "second_factor"

    operator_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str] = mapped_column(EncryptedText)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Base):
    """A code that lets an operator in once without the app: SHA-256 in hex of its digits; it goes when it is used."""

    __tablename__ = "recovery_code"

    operator_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
