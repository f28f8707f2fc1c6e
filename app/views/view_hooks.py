"""What a view over one table may add to its lists, forms and pages; by itself it adds nothing."""

from collections.abc import Collection, Sequence
from typing import Any

from app.services import row_deeds
from app.views.figures import Figures
from app.views.form_problems import Question


class ViewHooks:
    """The hooks of SafeModelView; a view overrides those that it needs."""

    edit_columns: Sequence[str]

    def figures(self, _ids: Collection[int]) -> Sequence[Figures]:
        """Return columns of numbers for the rows of a page, read with a fixed number of statements."""
        return ()

    def adapt_form(self, _form: Any, _item: Any | None) -> None:
        """Fit a form to the row that it edits, or to a new one (``item`` is None), before it is shown or read."""

    def question(self, _form: Any, _item: Any | None) -> Question | None:
        """Return what has to be asked before a form that is otherwise right is saved."""
        return None

    def shown_besides(self, _item: Any) -> dict[str, Any]:
        """Return what the page of a row shows beside its columns."""
        return {}

    def changes_of(self, item: Any) -> str:
        """Return what the journal says that changed of a row that is not written yet."""
        return row_deeds.changes_of(item, self.edit_columns)

    def note_of_deletion(self, _item: Any) -> str:
        """Return what the journal says beside that a row was deleted; asked before it is."""
        return ""
