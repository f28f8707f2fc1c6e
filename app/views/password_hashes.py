"""How passwords of operators are kept: by scrypt with the figures that OWASP asks for (docs/decisions/0085).

What was hashed otherwise goes on being verified, because each hash names its own figures, and is made anew when its
owner gives the right password: nobody else has it.
"""

from flask import current_app
from sqlalchemy import update
from werkzeug.security import generate_password_hash

from app.models import Operator
from app.transaction import let_go, transaction
from app.views.web_session import begin_to_write, db

METHOD = "scrypt:32768:8:3"
"""32 MB and three rounds: as good as 128 MB and one (OWASP Password Storage Cheat Sheet), and many sign in at once."""
_METHOD_SETTING = "FAB_PASSWORD_HASH_METHOD"
# Of random bits that nobody kept: what is checked, and takes as long, where there is no account of a name.
_HASH_OF_NOBODY = (
    "scrypt:32768:8:3$QillPh93mfbrAF28$808c6448241ca73c"
    "d3503ab457779bad7c54b7ced6b4d3565353bf095ee58bb5d2e56cce613d"
    "50dd95e481809dc44510890178f7523004460deefffd107d283b"
)
CONFIGURATION = {_METHOD_SETTING: METHOD, "AUTH_DB_FAKE_PASSWORD_HASH_CHECK": _HASH_OF_NOBODY}
"""What Flask-AppBuilder is told of it."""


def hash_of(password: str) -> str:
    """Return the hash of a password, with its method and a salt of its own."""
    return generate_password_hash(password, method=_method())


def renew_if_outdated(operator: Operator, password: str) -> None:
    """Hash the right password as passwords are hashed today; where another was set meanwhile, that one counts."""
    stored = operator.password or ""
    if stored.partition("$")[0] == _method():
        return
    # The hash takes a third of a second, for which nobody is to wait for the database.
    let_go(db.session())
    hashed = hash_of(password)
    begin_to_write()
    with transaction(db.session()) as session:
        session.execute(
            update(Operator)
            .where(Operator.id == operator.id, Operator.password == stored)
            .values(password=hashed)
        )


def _method() -> str:
    method: str = current_app.config[_METHOD_SETTING]
    return method
