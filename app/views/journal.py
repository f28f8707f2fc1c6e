"""The activity log: who did what to what, when, from where (manual 13.3)."""

from flask import render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.security.roles import JOURNAL
from app.services import drop_downs, journal_search
from app.services.journal_search import JournalFilter
from app.views.choices import Choice
from app.views.list_arguments import read_list_arguments
from app.views.web_session import db


class JournalView(BaseView):
    """Entries of the journal, the newest first."""

    class_permission_name = JOURNAL
    route_base = "/logs/activity"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of the journal."""
        arguments = read_list_arguments(request.args)
        actor, action = request.args.get("actor", ""), request.args.get("action", "")
        wanted = JournalFilter(words=arguments.words, actor=actor, action=action)
        return render_template(
            "ringmaster/journal.html",
            title=JOURNAL,
            page=journal_search.search(db.session(), wanted, number=arguments.number, size=arguments.size),
            words=arguments.words,
            choices=(
                Choice("actor", "Everybody", drop_downs.journal_actors(db.session()), actor),
                Choice("action", "Every action", drop_downs.journal_actions(db.session()), action),
            ),
        )
