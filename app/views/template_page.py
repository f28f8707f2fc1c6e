"""What the pages of one template share: finding it, and the frame that they stand in."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, make_response, render_template

from app.errors import NotAllowedError
from app.models import ConfigTemplate
from app.rendering.secret_parameters import mask_secrets
from app.security.roles import EDIT, SEE_SECRETS, TEMPLATES
from app.services.affected import TemplateChange
from app.services.templates import phones, texts
from app.services.templates.search import get_template
from app.views.concerns import concerns_of
from app.views.list_arguments import LARGEST_ID
from app.views.shell import may
from app.views.web_session import db


def find_template(template_id: int) -> ConfigTemplate:
    """Return the template of this page, or answer that there is none."""
    if not 0 < template_id <= LARGEST_ID:
        abort(HTTPStatus.NOT_FOUND)
    return get_template(db.session(), template_id)


def find_own_template(template_id: int) -> ConfigTemplate:
    """Return the template of a page that changes it; NotAllowedError for one that the account may only look at."""
    template = find_template(template_id)
    if not texts.may_change(db.session(), template):
        raise NotAllowedError(
            f"The template {template.name} is shared by all tenants. Add one that is cloned from it, and change that."
        )
    return template


def may_edit(template: ConfigTemplate) -> bool:
    """Whether who is signed in may change this template."""
    return may(EDIT, TEMPLATES) and texts.may_change(db.session(), template)


def as_may_be_seen(text: str) -> str:
    """Return a template's text, its secrets masked for who may not see them."""
    return text if may(SEE_SECRETS, TEMPLATES) else mask_secrets(text)


def template_page(
    layout: str, template: ConfigTemplate, status: HTTPStatus = HTTPStatus.OK, **parts: Any
) -> Response:
    """Return a page of a template; ``layout`` is the name of its HTML."""
    parts.setdefault("title", template.name)
    html = render_template(
        f"ringmaster/{layout}.html",
        template=template,
        may_edit=may_edit(template),
        is_masked=not may(SEE_SECRETS, TEMPLATES),
        number_of_phones=phones.count(db.session(), template),
        concerns=concerns_of(TemplateChange(template.id)),
        **parts,
    )
    return make_response(html, status)
