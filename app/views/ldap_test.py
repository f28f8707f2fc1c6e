"""LDAP Test: a search of the directory with the settings that phones have, for those who may not change them."""

from flask import Response, make_response, render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.security.roles import LDAP_TEST
from app.services import settings
from app.transaction import transaction
from app.views.directory_test import NO_TEST, DirectoryTest, run, typed_by_form
from app.views.web_session import db


class LdapTestView(BaseView):
    """What a phone finds in the directory; of the settings it shows none."""

    class_permission_name = LDAP_TEST
    route_base = "/ldap-test"
    default_view = "list"

    @expose("/", methods=["GET"])
    @has_access
    def list(self) -> Response:
        """Show the form."""
        return _page(NO_TEST)

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("list")
    def search(self) -> Response:
        """Search with the settings as they are saved."""
        with transaction(db.session()) as session:
            texts = settings.read_texts(session)
        return _page(run(texts, *typed_by_form(request.form)))


def _page(test: DirectoryTest) -> Response:
    is_active = settings.read_text(db.session(), "ldap_active") == "1"
    page = render_template("ringmaster/ldap_test.html", title="LDAP Test", test=test, is_active=is_active)
    return make_response(page)
