"""What a program does with a token: asks, and looks at the answer."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models import Operator
from app.security.tenant_scope import ALL_TENANTS
from app.services.api_tokens import keeping
from app.services.api_tokens.keeping import Wish
from app.services.author import Author
from app.transaction import writing
from tests.views.installations import database_of


@dataclass(frozen=True)
class Program:
    """A program with its token, at an address."""

    app: Flask
    token: str
    address: str = "127.0.0.1"

    def ask(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **sent: Any
    ) -> TestResponse:
        """Send a request; ``json`` is its body."""
        carried = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        with self.app.test_client() as client:
            return client.open(
                f"/api/v1{path}",
                method=method,
                headers=carried,
                buffered=True,
                environ_base={"REMOTE_ADDR": self.address},
                **sent,
            )

    def get(self, path: str, **sent: Any) -> TestResponse:
        """Read something."""
        return self.ask("GET", path, **sent)

    def post(self, path: str, body: object, **sent: Any) -> TestResponse:
        """Add or do something."""
        return self.ask("POST", path, json=body, **sent)

    def put(self, path: str, body: object, **sent: Any) -> TestResponse:
        """Add or replace something."""
        return self.ask("PUT", path, json=body, **sent)

    def patch(self, path: str, body: object, **sent: Any) -> TestResponse:
        """Change something."""
        return self.ask("PATCH", path, json=body, **sent)

    def delete(self, path: str, **sent: Any) -> TestResponse:
        """Delete something."""
        return self.ask("DELETE", path, **sent)


def program_of(app: Flask, name: str, *, address: str = "127.0.0.1", **wish: Any) -> Program:
    """Return a program with a new token of an account; what is not wished for is not narrowed."""
    now = datetime.now(UTC)
    said = Wish(**{"name": f"of {name} {now.timestamp()}", "days": 0, "reads_only": False, **wish})
    with writing(database_of(app), ALL_TENANTS) as session:
        account = session.scalars(select(Operator).where(Operator.username == name)).one()
        return Program(app, keeping.issue(session, account, said, author=Author(name), now=now), address)


def field_of(answer: TestResponse) -> str:
    """Return the name of the one field that a problem names."""
    assert answer.mimetype == "application/problem+json", answer.text
    (error,) = answer.json["errors"]
    return error["field"]


def names_in(answer: TestResponse, key: str = "name") -> list[str]:
    """Return the names of the items of a page."""
    assert answer.status_code == 200, answer.text
    return [item[key] for item in answer.json["items"]]
