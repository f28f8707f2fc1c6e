"""The view that lists and forms over one table derive from: Flask-AppBuilder's, made safe.

What differs from Flask-AppBuilder's ModelView, and why:
* The arguments of a list are ours (``q``, ``page``, ``size``, ``sort``, ``order``), checked, and kept in the request:
  the framework keeps parsed filters on the view, where threads of other requests see them.
* A form that cannot be saved is shown again with what was typed and with a sentence, inside one transaction that
  leaves nothing half-written; the framework shows the raw text of the exception and forgets the form.
* What is wrong with a value is said at its field; what a form would do besides is asked before it is done.
* A row on which others depend is deleted from a page that says what would go with it (app/views/deletion_page.py).
* Actions, downloads and related views are not offered: the framework runs them past filters and permissions.
"""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, request, session, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.hooks import before_request
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import ColumnElement, or_
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.wrappers import Response
from wtforms import BooleanField

from app.errors import RingmasterError
from app.services.paging import Page
from app.transaction import transaction
from app.views.choices import Choice
from app.views.deeds import record
from app.views.fast_interface import Where
from app.views.form_problems import Question, is_answered, say_refusal
from app.views.list_arguments import LARGEST_ID, ListArguments, read_list_arguments
from app.views.view_hooks import ViewHooks

_MOST_CHARACTERS_KEPT = 500


class SafeModelView(ViewHooks, ModelView):
    """A list and forms over one table; a subclass names its columns, and may override the hooks below."""

    exclude_route_methods = {"download", "action", "action_post"}
    page_size = 50
    searched: Sequence[str] = ()
    """Columns in which the search box looks; without any there is no box."""
    noun = "entry"
    """What one row is called in messages."""
    asks_on_a_page = False
    """Whether a page says what a deletion means before it is done."""

    def choices(self) -> Sequence[Choice]:
        """Return the drop-downs above the list, with what the address chooses."""
        return ()

    def conditions(self, arguments: ListArguments) -> Sequence[ColumnElement[bool]]:
        """Return what the rows of the list must fulfil; here, that a searched column has the words."""
        if not (arguments.words and self.searched):
            return ()
        columns = (getattr(self.datamodel.obj, name) for name in self.searched)
        return (or_(*(column.icontains(arguments.words, autoescape=True) for column in columns)),)

    @expose("/")
    @has_access
    @permission_name("list")
    def bare(self) -> Response:
        """The bare address leads to the list, with what it asks for."""
        query = request.query_string.decode("ascii", "replace")
        return redirect(url_for(f"{self.endpoint}.list") + (f"?{query}" if query else ""))

    @before_request(only=["show", "edit", "delete"])
    def _check_id(self) -> None:
        text = (request.view_args or {}).get("pk", "")
        if not (text.isascii() and text.isdecimal() and len(text) < 11 and 0 < int(text) <= LARGEST_ID):
            abort(404)

    def update_redirect(self) -> None:
        """Remember the list as it is shown, to come back to it after a form."""
        if request.endpoint == f"{self.endpoint}.list":
            session["list"] = [
                self.endpoint,
                request.query_string.decode("ascii", "replace")[:_MOST_CHARACTERS_KEPT],
            ]

    def get_redirect(self) -> str:
        """Return the address of the list, as it was last shown."""
        endpoint, query = session.get("list", ("", ""))
        address: str = url_for(f"{self.endpoint}.list")
        return f"{address}?{query}" if query and endpoint == self.endpoint else address

    def _init_forms(self) -> None:
        super()._init_forms()
        for form in (self.add_form, self.edit_form):
            _let_boxes_stay_unticked(form)

    def _list(self, **_options: Any) -> dict[str, Any]:
        arguments = read_list_arguments(
            request.args,
            sortable=self.order_columns,
            usual_order=self.base_order or ("", "asc"),
            size=self.page_size,
        )
        filters = self.datamodel.get_filters()
        for condition in self.conditions(arguments):
            filters.add_filter(self.datamodel.get_pk_name(), Where, condition)
        widgets: dict[str, Any] = self._get_list_widget(
            filters=filters,
            asks_on_a_page=self.asks_on_a_page,
            order_column=arguments.sort,
            order_direction=arguments.order,
            page=arguments.number - 1,
            page_size=arguments.size,
            arguments=arguments,
            choices=self.choices(),
            has_search=bool(self.searched),
        )
        template_arguments = widgets["list"].template_args
        _add_page(template_arguments, arguments)
        template_arguments["figures"] = self.figures(template_arguments["pks"])
        return widgets

    def _add(self) -> dict[str, Any] | None:
        form = self.add_form.refresh()
        self.adapt_form(form, None)
        if request.method == "POST" and form.validate():
            question = self._open_question(form, None)
            if question is None and self._save(form, self.datamodel.obj(), is_new=True):
                return None
            return self._with_way_back(self._get_add_widget(form=form), question)
        return self._with_way_back(self._get_add_widget(form=form))

    def _edit(self, pk: str) -> dict[str, Any] | None:
        item = self.datamodel.get(pk) or abort(404)
        if request.method == "GET":
            form = self.edit_form.refresh(obj=item)
            self.adapt_form(form, item)
            return self._with_way_back(self._edit_widget(form, item))
        form = self.edit_form.refresh()
        form._id = item.id
        self.adapt_form(form, item)
        question = None
        if form.validate():
            question = self._open_question(form, item)
            if question is None and self._save(form, item, is_new=False):
                return None
        return self._with_way_back(self._edit_widget(form, item), question)

    def _edit_widget(self, form: Any, item: Any) -> dict[str, Any]:
        """Return the form of a row, which the page shows beneath that row's own page."""
        widgets: dict[str, Any] = self._get_edit_widget(form=form)
        widgets["edit"].template_args |= {
            "item": item,
            "page_of_it": url_for(f"{self.endpoint}.show", pk=item.id),
        }
        return widgets

    def _open_question(self, form: Any, item: Any | None) -> Question | None:
        question = self.question(form, item)
        return None if question is None or is_answered(question) else question

    def _with_way_back(self, widgets: dict[str, Any], question: Question | None = None) -> dict[str, Any]:
        for widget in widgets.values():
            widget.template_args |= {"back": self.get_redirect(), "question": question}
        return widgets

    def _show(self, pk: str) -> dict[str, Any]:
        item = self.datamodel.get(pk) or abort(404)
        widgets: dict[str, Any] = self._get_show_widget(pk, item)
        widgets["show"].template_args |= {
            "item": item,
            "asks_on_a_page": self.asks_on_a_page,
            **self.shown_besides(item),
        }
        return widgets

    def _delete(self, pk: str) -> None:
        item = self.datamodel.get(pk) or abort(404)
        name = str(item)
        try:
            with transaction(self.datamodel.session) as in_transaction:
                note = self.note_of_deletion(item)
                self.pre_delete(item)
                in_transaction.delete(item)
                self.record("deleted", item, note)
        except RingmasterError as error:
            flash(str(error), "danger")
        except IntegrityError:
            flash(
                f"{name} is still in use, so it cannot be deleted. Move or delete what belongs to it first.",
                "danger",
            )
        else:
            flash(f"The {self.noun} {name} was deleted.", "success")

    def _save(self, form: Any, item: Any, *, is_new: bool) -> bool:
        """Store what the form says, or nothing: then a message says why and the form can be shown again."""
        database = self.datamodel.session
        try:
            with transaction(database), database.no_autoflush:
                form.populate_obj(item)
                if is_new:
                    self.pre_add(item)
                    database.add(item)
                else:
                    self.pre_update(item)
                changes = "" if is_new else self.changes_of(item)
                database.flush()
                self.record("added" if is_new else "changed", item, changes)
        except RingmasterError as error:
            say_refusal(form, error, self.noun)
        except IntegrityError:
            flash(
                f"Another {self.noun} has the same name or value already; choose a different one.", "danger"
            )
        except DataError:
            flash("A value is too long or out of range.", "danger")
        else:
            flash(f"The {self.noun} {item} was {'added' if is_new else 'saved'}.", "success")
            return True
        return False

    def record(self, deed: str, item: Any, more: str = "") -> None:
        """Write into the journal what was done to a row; ``more`` says what changed, or what went with it."""
        tenant_id = self.tenant_id_of(item)
        record(self.datamodel.session, deed, self.noun, str(item), tenant_id=tenant_id, more=more)

    def tenant_id_of(self, item: Any) -> int | None:
        """Return the tenant whose journal says what was done to this row."""
        found: int | None = getattr(item, "tenant_id", None)
        return found


def _let_boxes_stay_unticked(form: type) -> None:
    """Drop what the framework requires of a column that cannot be NULL: for a check box that is being ticked."""
    for field in vars(form).values():
        if getattr(field, "field_class", None) is BooleanField:
            field.kwargs["validators"] = []


def _add_page(template_arguments: dict[str, Any], arguments: ListArguments) -> None:
    count = template_arguments["count"]
    template_arguments["page"] = Page(
        rows=template_arguments["pks"],
        number=arguments.number,
        size=arguments.size,
        count=count,
        has_next=arguments.number * arguments.size < count,
    )
