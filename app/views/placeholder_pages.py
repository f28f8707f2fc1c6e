"""Placeholders of templates, tenants, sites and devices: lists, forms, and copying (manual 9.4.5)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.exc import IntegrityError

from app.errors import InvalidInputError
from app.models import Placeholder
from app.models.enums import Layer
from app.rendering.placeholders import CATALOGUE, display_name
from app.services import value_owners
from app.services.affected import Change, PlaceholderChange, PlaceholdersChange
from app.services.owned_values import PLACEHOLDERS
from app.services.placeholders import changes, copying, listing
from app.services.placeholders.listing import PlaceholderFilter
from app.services.placeholders.secrets import secret_test
from app.services.value_owners import Owner, OwnerKind
from app.transaction import transaction
from app.views.authors import author
from app.views.choices import Choice, tenant_choice
from app.views.concerns import concerns_of, leading_to
from app.views.form_problems import sentences_by_field
from app.views.list_arguments import read_list_arguments
from app.views.row_ids import argument, existing
from app.views.shell import shows_secrets
from app.views.times import time_of_page
from app.views.way_back import way_back
from app.views.web_session import db

_MOST_NAMED = 20
"""Placeholders that an address names one by one; beyond that it names their owner."""

_ADDED_MEANWHILE = (
    "Somebody else added this placeholder at this moment: look at it, then change it if need be."
)


class PlaceholderPages(BaseView):
    """The placeholders of one layer; a subclass names the layer, its page and its address."""

    layer: Layer
    title: str
    lead: str
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show the placeholders of the layer, or of one owner."""
        arguments = read_list_arguments(request.args)
        owner_id = argument("owner")
        owner = value_owners.get_owner(db.session(), self.kind, owner_id) if owner_id else None
        wanted = PlaceholderFilter(
            layer=self.layer,
            words=arguments.words,
            tenant_name=request.args.get("tenant", ""),
            owner_id=owner_id,
        )
        with_secrets = self.shows_secrets()
        page = listing.search(
            db.session(), wanted, number=arguments.number, size=arguments.size, with_secrets=with_secrets
        )
        unset = self.unset_placeholders(owner, with_secrets=with_secrets) if owner else ()
        return self._render(
            "placeholders.html", title=self.title, page=page, words=arguments.words, owner=owner,
            choices=self._choices(wanted), with_secrets=with_secrets, unset=unset,
            concerns=concerns_of(PlaceholdersChange(self.layer, owner.id)) if owner else [],
        )  # fmt: skip

    @expose("/choose")
    @has_access
    @permission_name("add")
    def choose(self) -> str:
        """Show the owners, to choose the one that gets a placeholder, or that another is copied from."""
        target_id = argument("copy_to")
        target = value_owners.get_owner(db.session(), self.kind, target_id) if target_id else None
        arguments = read_list_arguments(request.args)
        tenant = request.args.get("tenant", "")
        page = value_owners.search(
            db.session(), self.kind, words=arguments.words, tenant_name=tenant,
            number=arguments.number, size=arguments.size,
        )  # fmt: skip
        counts = PLACEHOLDERS.count(db.session(), self.kind, [owner.id for owner in page.rows])
        title = f"Copy placeholders to {target.name}" if target else f"Add a placeholder: which {self.kind}?"
        return self._render(
            "placeholder_owners.html", title=title, page=page, words=arguments.words, target=target,
            counts=counts, choices=(tenant_choice(tenant),),
        )  # fmt: skip

    @expose("/add/<int:owner_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def add(self, owner_id: int) -> ResponseReturnValue:
        """Add a placeholder to an owner."""
        owner = value_owners.get_owner(db.session(), self.kind, existing(owner_id))
        changes.check_may_change(db.session(), owner.tenant_id)
        if request.method == "GET":
            return self._form(owner, {"name": request.args.get("name", ""), "value": "", "description": ""})
        try:
            with transaction(db.session()) as session:
                name = changes.add(session, owner, **_typed(), author=author(), now=time_of_page()).name
        except InvalidInputError as error:
            return self._form(owner, _typed(), sentences_by_field(error))
        except IntegrityError:
            return self._form(owner, _typed(), {"name": _ADDED_MEANWHILE})
        flash(f"{display_name(name)} was added to the {owner.title}. {_NOT_YET}", "success")
        return redirect(self._after_change(owner, name))

    @expose("/edit/<int:placeholder_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def edit(self, placeholder_id: int) -> ResponseReturnValue:
        """Change a placeholder."""
        row = PLACEHOLDERS.get(db.session(), self.kind, existing(placeholder_id))
        owner = PLACEHOLDERS.owner_of(db.session(), row)
        changes.check_may_change(db.session(), owner.tenant_id)
        is_secret = secret_test(db.session())(row.name)
        if request.method == "GET":
            typed = {
                "name": row.name,
                "value": "" if is_secret else row.value,
                "description": row.description,
            }
            return self._form(owner, typed, row=row, is_secret=is_secret)
        typed, name_before = _typed(), row.name
        if is_secret and not typed["value"]:
            typed["value"] = row.value
        try:
            with transaction(db.session()) as session:
                changes.edit(session, row, **typed, author=author(), now=time_of_page())
                name = row.name
        except InvalidInputError as error:
            return self._form(owner, _typed(), sentences_by_field(error), row=row, is_secret=is_secret)
        except IntegrityError:
            return self._form(owner, _typed(), {"name": _ADDED_MEANWHILE}, row=row, is_secret=is_secret)
        flash(f"{display_name(name)} of the {owner.title} was saved. {_NOT_YET}", "success")
        return redirect(self._after_change(owner, name_before, name))

    @expose("/delete/<int:placeholder_id>", methods=["POST"])
    @has_access
    @permission_name("delete")
    def delete(self, placeholder_id: int) -> ResponseReturnValue:
        """Delete a placeholder."""
        row = PLACEHOLDERS.get(db.session(), self.kind, existing(placeholder_id))
        owner, name = PLACEHOLDERS.owner_of(db.session(), row), row.name
        with transaction(db.session()) as session:
            changes.delete(session, row, author=author(), now=time_of_page())
        flash(f"{display_name(name)} of the {owner.title} was deleted. {_NOT_YET}", "success")
        return redirect(self._after_change(owner, name))

    @expose("/copy/<int:owner_id>", methods=["GET", "POST"])
    @has_access
    @permission_name("add")
    def copy(self, owner_id: int) -> ResponseReturnValue:
        """Say what copying all placeholders from another owner would do, and do it."""
        target = value_owners.get_owner(db.session(), self.kind, existing(owner_id))
        source_id = argument("source")
        if source_id is None:
            return redirect(url_for(f"{self.endpoint}.choose", copy_to=target.id))
        source = value_owners.get_owner(db.session(), self.kind, source_id)
        if request.method == "GET":
            planned = copying.plan(db.session(), source, target)
            return self._render(
                "placeholder_copy.html", title=f"Copy placeholders to {target.name}", source=source,
                target=target, plan=planned,
            )  # fmt: skip
        replaces = request.form.get("existing") == "replace"
        with transaction(db.session()) as session:
            done = copying.copy(
                session, source, target, replaces=replaces, author=author(), now=time_of_page()
            )
        flash(_told(done, source, replaces=replaces), "success")
        return redirect(self._after_change(target, *done.added, *(done.different if replaces else ())))

    @property
    def kind(self) -> OwnerKind:
        """What has the placeholders."""
        return OwnerKind(self.layer)

    def shows_secrets(self) -> bool:
        """Whether this page shows secrets: to those who may see them, and ask."""
        return shows_secrets(self.class_permission_name)

    def unset_placeholders(self, _owner: Owner, *, with_secrets: bool) -> Any:  # noqa: ARG002  # for templates
        """Return the placeholders that an owner uses and has no value for; only templates name them."""
        return ()

    def address_of(self, owner: Owner) -> str:
        """Return the address of the page of one owner."""
        address: str = url_for(f"{self.endpoint}.list", owner=owner.id)
        return address

    def _way_back(self, owner: Owner) -> str:
        return way_back(self.address_of(owner))

    def _after_change(self, owner: Owner, *names: str) -> str:
        """Return where a person goes after a change of these placeholders, told whose files it concerns."""
        changed: Sequence[Change] = [
            PlaceholderChange(self.layer, owner.id, name) for name in dict.fromkeys(names)
        ]
        if len(changed) > _MOST_NAMED:
            changed = [PlaceholdersChange(self.layer, owner.id)]
        return leading_to(self._way_back(owner), changed)

    def _form(
        self,
        owner: Owner,
        typed: dict[str, str],
        refused: Any = None,
        *,
        row: Placeholder | None = None,
        is_secret: bool = False,
    ) -> Response:
        marker = display_name(row.name) if row else ""
        page = self._render(
            "placeholder_form.html",
            title=f"Change {marker}" if row else "Add a placeholder",
            owner=owner,
            typed=typed,
            refused=refused or {},
            is_new=row is None,
            is_secret=is_secret,
            catalogue=CATALOGUE.values(),
            back=self._way_back(owner),
        )
        return make_response(page, HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)

    def _render(self, template: str, **values: Any) -> str:
        return render_template(f"ringmaster/{template}", view=self, kind=self.kind, **values)

    def _choices(self, wanted: PlaceholderFilter) -> tuple[Choice, ...]:
        return () if wanted.owner_id else (tenant_choice(wanted.tenant_name),)


_NOT_YET = "Phones get it with the next Generate."


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("name", "value", "description")}


def _told(done: copying.Plan, source: Owner, *, replaces: bool) -> str:
    different = f"{len(done.different)} {'replaced' if replaces else 'kept as they were'}"
    counts = f"{len(done.added)} added, {different}, {len(done.same)} the same"
    return f"Copied from the {source.title}: {counts}. {_NOT_YET}"
