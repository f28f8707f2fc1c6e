"""The support bundle: one click, one file for somebody who is to help."""

from flask import Response, current_app
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app import support_bundle
from app.security.roles import SUPPORT_BUNDLE
from app.services import journal
from app.transaction import transaction
from app.views.authors import author
from app.views.times import time_of_page
from app.views.web_session import database, db


class SupportBundleView(BaseView):
    """Sends the bundle while it is made; the browser shows how far it has come."""

    class_permission_name = SUPPORT_BUNDLE
    route_base = "/logs"

    @expose("/support-bundle", methods=["POST"])
    @has_access
    @permission_name("download")
    def download(self) -> Response:
        """Send it, with an entry in the journal: it says much of this installation."""
        now = time_of_page()
        with transaction(db.session()) as session:
            journal.record(
                session,
                at=now,
                author=author(),
                action="support bundle downloaded",
                subject="support bundle",
                text=f"{author().name} downloaded a support bundle.",
            )
        settings = current_app.extensions["ringmaster_settings"]
        headers = {"Content-Disposition": f'attachment; filename="{support_bundle.file_name(now)}"'}
        pieces = support_bundle.bundle(database(), settings, now=now)
        return Response(pieces, mimetype="application/zip", headers=headers)
