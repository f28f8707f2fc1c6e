"""Templates of configuration files, to look at (manual, chapter 9)."""

from flask import abort, render_template, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access

from app.models.enums import Train
from app.rendering.secret_parameters import mask_secrets
from app.security.roles import SEE_SECRETS, TEMPLATES
from app.services import drop_downs, template_search
from app.services.template_search import TemplateFilter
from app.views.choices import Choice
from app.views.list_arguments import LARGEST_ID, read_list_arguments, word_of
from app.views.shell import may
from app.views.web_session import db


class TemplateView(BaseView):
    """The templates of all tenants and those of the tenants that the account sees."""

    class_permission_name = TEMPLATES
    route_base = "/templates"

    @expose("/")
    @has_access
    def list(self) -> str:
        """Show a page of the templates."""
        arguments = read_list_arguments(request.args)
        wanted = TemplateFilter(
            words=arguments.words,
            model=request.args.get("model", ""),
            train=word_of(request.args, "train", Train),
            tenant_name=request.args.get("tenant", ""),
        )
        page = template_search.search(db.session(), wanted, number=arguments.number, size=arguments.size)
        return render_template(
            "ringmaster/templates.html",
            title="Templates",
            page=page,
            default_in=template_search.default_in(db.session(), page.rows),
            words=arguments.words,
            choices=_choices(wanted),
        )

    @expose("/show/<int:template_id>")
    @has_access
    def show(self, template_id: int) -> str:
        """Show a template with its text; who may not see secrets sees them masked."""
        if template_id > LARGEST_ID:
            abort(404)
        template = template_search.get_template(db.session(), template_id)
        may_see_secrets = may(SEE_SECRETS, TEMPLATES)
        return render_template(
            "ringmaster/template.html",
            title=template.name,
            template=template,
            default_in=template_search.default_in(db.session(), [template])[template.id],
            text=template.content if may_see_secrets else mask_secrets(template.content),
            is_masked=not may_see_secrets,
        )


def _choices(wanted: TemplateFilter) -> tuple[Choice, ...]:
    trains = [train.value for train in Train]
    return (
        Choice("model", "Every model", drop_downs.model_names(db.session()), wanted.model),
        Choice("train", "Both trains", trains, wanted.train or ""),
        Choice("tenant", "Every tenant", drop_downs.tenant_names(db.session()), wanted.tenant_name),
    )
