"""Users that a field suggests while somebody types (static/ringmaster/suggest.js)."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.security.roles import USERS
from app.services import phone_user_search
from app.views.list_arguments import read_list_arguments
from app.views.template_form import is_id
from app.views.web_session import db

MOST = 20


class UserSuggestionView(BaseView):
    """Names of users, of one tenant where only its users will do."""

    class_permission_name = USERS
    route_base = "/users"

    @expose("/suggestions")
    @has_access
    @permission_name("list")
    def suggestions(self) -> ResponseReturnValue:
        """Return the first users with these words; one of any tenant is written with the name of the tenant."""
        words = read_list_arguments(request.args).words
        tenant = request.args.get("tenant_id", "")
        tenant_id = int(tenant) if is_id(tenant) else None
        found = phone_user_search.suggest(db.session(), words, tenant_id, at_most=MOST) if words else ()
        return jsonify(
            [
                {
                    "value": user.name if tenant_id else user.full_name,
                    "label": user.name,
                    "note": " · ".join(
                        text for text in (user.display_name, "" if tenant_id else user.tenant) if text
                    ),
                }
                for user in found
            ]
        )
