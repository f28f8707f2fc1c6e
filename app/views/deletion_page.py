"""The page that is asked before a row goes on which others depend: what stands against it, what goes, what stays."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.services.usage import Departure
from app.views.model_view import SafeModelView
from app.views.usage_links import UsageLinks


class AsksBeforeDeletion(SafeModelView):
    """A view whose rows are deleted from a page of their own; a subclass says what a deletion means."""

    asks_on_a_page = True

    def departure_of(self, item: Any) -> Departure:
        """Return what the deletion of a row would mean."""
        raise NotImplementedError

    def links_from(self, item: Any) -> UsageLinks:
        """Return the addresses of what uses a row."""
        raise NotImplementedError

    @expose("/delete/<pk>", methods=["GET", "POST"])
    @has_access
    def delete(self, pk: str) -> ResponseReturnValue:
        """Show what the deletion means; done is what was shown, and nothing that has come about meanwhile."""
        item = self.datamodel.get(pk) or abort(404)
        departing = self.departure_of(item)
        if request.method == "GET":
            return self._page(item, departing)
        if request.form.get("told") != departing.fingerprint:
            flash("Something has changed meanwhile: look again at what would go.", "warning")
            return self._page(item, departing, HTTPStatus.CONFLICT)
        if not departing.is_possible:
            return self._page(item, departing, HTTPStatus.CONFLICT)
        self._delete(pk)
        return redirect(self.get_redirect())

    def note_of_deletion(self, item: Any) -> str:
        """Say what went along."""
        along = self.departure_of(item).words_of_what_goes
        return f"with it went {along}" if along else ""

    def _page(self, item: Any, departing: Departure, status: HTTPStatus = HTTPStatus.OK) -> Response:
        page = render_template(
            "ringmaster/delete.html",
            title=f"Delete {item}",
            departing=departing,
            links=self.links_from(item),
            noun=self.noun,
            name=str(item),
            page_of_it=url_for(f"{self.endpoint}.show", pk=item.id),
            back=self.get_redirect(),
        )
        return make_response(page, status)
