"""Tokens of the REST API: one's own for everybody, those of all accounts for who administers; and the viewer."""

from http import HTTPStatus

from flask import flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_login import current_user

from app.errors import ConflictError, InvalidInputError, RingmasterError
from app.models import ApiToken
from app.models.api_token import MAX_TOKEN_NAME
from app.rules.api_tokens import Kind
from app.security.roles import API_TOKENS
from app.services import drop_downs
from app.services.api_tokens import keeping
from app.services.api_tokens.keeping import LIFETIMES, Wish
from app.transaction import transaction
from app.views import tenant_choice
from app.views.authors import author
from app.views.list_arguments import LARGEST_ID
from app.views.times import time_of_page
from app.views.web_session import db

OWN, ALL = "/account/tokens/", "/api-tokens/"
DOCUMENT = "/api/v1/openapi.json"
_USUAL_LIFETIME = 90


class OwnTokensView(BaseView):
    """The tokens of the account that is signed in: for everybody who is, whatever the role."""

    route_base = "/account/tokens"
    default_view = "list"

    @expose("/", methods=["GET", "POST"])
    def list(self) -> ResponseReturnValue:
        """Show one's tokens; the form makes one, which is shown this once."""
        if request.method == "GET":
            return _own_page()
        try:
            with transaction(db.session()) as session, tenant_choice.seeing_whole_scope(session):
                made = keeping.issue(session, current_user, _wish(), author=author(), now=time_of_page())
        except RingmasterError as error:
            return _own_page(error=error)
        return _own_page(made=made)

    @expose("/<int:token_id>/revoke", methods=["POST"])
    def revoke(self, token_id: int) -> ResponseReturnValue:
        """Revoke a token of one's own."""
        with transaction(db.session()) as session:
            token = keeping.get_token(session, _id(token_id), of=current_user)
            _revoke(token)
        return redirect(OWN)


class ApiTokensView(BaseView):
    """The tokens of all accounts."""

    class_permission_name = API_TOKENS
    route_base = "/api-tokens"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show which account has which tokens, and when they were used."""
        tokens = keeping.tokens_of_all(db.session())
        return render_template(
            "ringmaster/api_tokens_of_all.html", title="API Tokens", tokens=tokens, now=time_of_page()
        )

    @expose("/<int:token_id>/revoke", methods=["POST"])
    @has_access
    @permission_name("delete")
    def revoke(self, token_id: int) -> ResponseReturnValue:
        """Revoke anybody's token."""
        with transaction(db.session()) as session:
            _revoke(keeping.get_token(session, _id(token_id)))
        return redirect(ALL)


class ApiViewerView(BaseView):
    """The description of the REST API, to read and to try; what is tried carries a token, never the session."""

    route_base = "/swagger"
    default_view = "show"

    @expose("/v1")
    def show(self) -> str:
        """Show Swagger UI over the description."""
        return render_template("ringmaster/api_viewer.html", title="REST API", document=DOCUMENT)


def _revoke(token: ApiToken) -> None:
    name = token.name
    keeping.revoke(db.session(), token, author=author(), now=time_of_page())
    flash(f"The token {name} was revoked: it opens nothing any more.", "success")


def _id(number: int) -> int:
    return number if number <= LARGEST_ID else 0


def _wish() -> Wish:
    """Return what the form asks for; a list of which nothing is ticked narrows nothing, as it says."""
    form = request.form
    days = form.get("days", "")
    kinds = [kind for kind in Kind if kind in form.getlist("kind")]
    tenants = form.getlist("tenant")
    if not days.isdecimal() or len(days) > 4:
        raise InvalidInputError("Choose one of the lifetimes that the form offers.", field="days")
    return Wish(
        name=form.get("name", ""),
        days=int(days),
        reads_only=form.get("reads_only") == "yes",
        kinds=kinds or None,
        tenant_ids=[_id(int(text)) if text.isdecimal() and len(text) < 11 else 0 for text in tenants] or None,
        networks=form.get("networks", ""),
    )


def _own_page(*, made: str = "", error: RingmasterError | None = None) -> ResponseReturnValue:
    session = db.session()
    with tenant_choice.seeing_whole_scope(session):
        tokens, tenants = keeping.tokens_of(session, current_user), drop_downs.tenants_by_id(session)
        page = render_template(
            "ringmaster/api_tokens.html",
            title="API tokens",
            tokens=tokens,
            tenants=tenants,
            kinds=list(Kind),
            lifetimes=LIFETIMES,
            most_tokens=keeping.MOST_TOKENS,
            most_characters=MAX_TOKEN_NAME,
            made=made,
            now=time_of_page(),
            typed=request.form if error is not None else {"days": str(_USUAL_LIFETIME), "reads_only": "yes"},
            ticked=request.form.getlist("kind") if error is not None else [],
            chosen=request.form.getlist("tenant") if error is not None else [],
            faults=error.by_field if error is not None else {},
            refused=str(error) if error is not None and not error.by_field else "",
        )
    status = HTTPStatus.OK
    if error is not None:
        status = HTTPStatus.CONFLICT if isinstance(error, ConflictError) else HTTPStatus.BAD_REQUEST
    return make_response(page, status)
