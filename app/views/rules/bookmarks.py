"""Addresses that people know of rules, whatever lists the pages have: each leads to the first list of its sort."""

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.models.enums import RuleKind
from app.security.roles import RULES
from app.views.rules.places import Place, tabs


class RuleBookmarkView(BaseView):
    """Zero Touch rules, alarm rules, maintenance windows and simulations, by addresses worth bookmarking."""

    class_permission_name = RULES
    route_base = ""
    default_view = "zero_touch"

    @expose("/rules/zero-touch/")
    @has_access
    @permission_name("list")
    def zero_touch(self) -> ResponseReturnValue:
        """Go to the rules that say where a phone belongs."""
        return redirect(_first_of("Zero Touch").address())

    @expose("/rules/alarms/")
    @has_access
    @permission_name("list")
    def alarms(self) -> ResponseReturnValue:
        """Go to the first list of rules for alarms."""
        return redirect(_first_of("Alarms").address())

    @expose("/maintenance-windows/")
    @has_access
    @permission_name("list")
    def maintenance_windows(self) -> ResponseReturnValue:
        """Go to the rules that suppress alarms while somebody works: they are the maintenance windows."""
        return redirect(Place(RuleKind.SUPPRESS).address())

    @expose("/simulations/")
    @has_access
    @permission_name("list")
    def simulations(self) -> ResponseReturnValue:
        """Go to what-if, with the earlier simulations."""
        return redirect(_first_of("Zero Touch").address("what-if"))


def _first_of(group: str) -> Place:
    return Place(next(specs[0].kind for title, specs in tabs() if title == group))
