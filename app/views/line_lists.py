"""Whose configuration values there are, and the lines of one owner."""

from typing import Any

from flask import render_template, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.models.enums import ValueLevel
from app.rendering.features import FEATURES
from app.services import user_keys, value_owners
from app.services.affected import LinesChange
from app.services.configuration_values import listing
from app.services.owned_values import LINES
from app.services.value_owners import Owner, OwnerKind
from app.views.choices import tenant_choice
from app.views.concerns import concerns_of
from app.views.list_arguments import read_list_arguments
from app.views.row_ids import existing
from app.views.shell import shows_secrets
from app.views.web_session import db


class LineLists(BaseView):
    """The lines of one level; a subclass names the level, its page and its address."""

    level: ValueLevel
    title: str
    lead: str
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show whose lines there are: the tenants, sites or users, with how many each has."""
        arguments = read_list_arguments(request.args)
        tenant = request.args.get("tenant", "")
        page = value_owners.search(
            db.session(), self.kind, words=arguments.words, tenant_name=tenant,
            number=arguments.number, size=arguments.size,
        )  # fmt: skip
        counts = LINES.count(db.session(), self.kind, [owner.id for owner in page.rows])
        return self._render(
            "line_owners.html", title=self.title, page=page, counts=counts, words=arguments.words,
            choices=() if self.kind is OwnerKind.TENANT else (tenant_choice(tenant),),
        )  # fmt: skip

    @expose("/<int:owner_id>/")
    @has_access
    @permission_name("list")
    def lines(self, owner_id: int) -> str:
        """Show the lines of one owner."""
        owner, arguments = self._owner(owner_id), read_list_arguments(request.args)
        page = listing.search(
            db.session(), owner, words=arguments.words, number=arguments.number, size=arguments.size,
            with_secrets=self.shows_secrets(),
        )  # fmt: skip
        return self._render(
            "lines.html", title=f"{self.title}: {owner.name}", owner=owner, page=page, words=arguments.words,
            with_secrets=self.shows_secrets(), features=FEATURES.values(),
            concerns=concerns_of(self.change_of(owner)),
            kept=user_keys.read(db.session(), owner.id) if self.kind is OwnerKind.USER else None,
        )  # fmt: skip

    @property
    def kind(self) -> OwnerKind:
        """What has the lines."""
        return OwnerKind(self.level)

    def shows_secrets(self) -> bool:
        """Whether this page shows secrets: to those who may see them, and ask."""
        return shows_secrets(self.class_permission_name)

    def address_of(self, owner: Owner) -> str:
        """Return the address of the lines of one owner."""
        address: str = url_for(f"{self.endpoint}.lines", owner_id=owner.id)
        return address

    def change_of(self, owner: Owner) -> LinesChange:
        """Return what a change of the lines of one owner is to phones."""
        return LinesChange(self.level, owner.id)

    def _owner(self, owner_id: int) -> Owner:
        return value_owners.get_owner(db.session(), self.kind, existing(owner_id))

    def _render(self, template: str, **values: Any) -> str:
        return render_template(f"ringmaster/{template}", view=self, kind=self.kind, **values)
