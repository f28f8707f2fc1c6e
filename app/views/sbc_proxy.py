"""SBC Proxy Configuration: the HTTP proxy of an SBC for phones behind a NAT, and their first file (manual 5)."""

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.services import settings
from app.services.option_templates import OptionFile
from app.services.settings.definitions import Section
from app.views.option_file import OptionFileView
from app.views.setting_form import field_groups, seen_texts, typed_texts
from app.views.setting_saving import save
from app.views.web_session import db

_SECTIONS = (Section.SBC_PROXY,)


class SbcProxyView(OptionFileView):
    """The proxy's address and port, what they mean, and the file that leads phones through it."""

    route_base = "/system-settings/sbc-proxy"
    page = "ringmaster/sbc_proxy.html"
    title = "SBC Proxy Configuration"
    file = OptionFile.PROXY

    def besides(self) -> dict[str, Any]:
        """Return the proxy's fields, and the strings for DHCP servers behind it."""
        stored = settings.read_texts(db.session())
        return {
            **self.strings(),
            "groups": field_groups(_SECTIONS, stored, stored, {}),
            "problems": {},
        }

    @expose("/proxy", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save_proxy(self) -> ResponseReturnValue:
        """Save the proxy's address and port."""
        stored = settings.read_texts(db.session())
        typed = typed_texts(request.form, _SECTIONS)
        problems = save(typed, seen_texts(request.form, _SECTIONS)).problems
        if not problems:
            return redirect(f"{self.route_base}/")
        groups = field_groups(_SECTIONS, {**stored, **typed}, stored, problems)
        return self.show(groups=groups, problems=problems)
