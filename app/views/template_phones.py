"""The phones that use a template, and whether Generate would change their files (manual 9.4.4)."""

from flask import Response, request
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.security.roles import TEMPLATES
from app.services import config_files
from app.services.config_files import differences
from app.services.templates import phones as template_phones
from app.services.templates.phones import PhoneFilter
from app.views.choices import tenant_choice
from app.views.list_arguments import read_list_arguments
from app.views.template_page import find_template, template_page
from app.views.web_session import db


class TemplatePhonesView(BaseView):
    """The devices whose files are made from one template."""

    class_permission_name = TEMPLATES
    route_base = "/templates"
    default_view = "phones"

    @expose("/phones/<int:template_id>")
    @has_access
    @permission_name("show")
    def phones(self, template_id: int) -> Response:
        """Show a page of them."""
        template = find_template(template_id)
        arguments = read_list_arguments(request.args)
        wanted = PhoneFilter(words=arguments.words, tenant_name=request.args.get("tenant", ""))
        page = template_phones.search(
            db.session(), template, wanted, number=arguments.number, size=arguments.size
        )
        ids = [device.id for device in page.rows]
        outdated = differences.find_outdated(db.session(), ids)
        return template_page(
            "template_phones",
            template,
            page=page,
            outdated={found.device_id: found for found in outdated},
            generated_at=config_files.generation_times(db.session(), ids),
            words=arguments.words,
            choices=(tenant_choice(wanted.tenant_name),),
        )
