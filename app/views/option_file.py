"""The page of a first file of phones: its template to edit, upload, restore and download, and the file to generate."""

from http import HTTPStatus
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.errors import InvalidInputError
from app.rendering.dhcp_option import dhcp_option_strings
from app.rendering.option_template import MOST_BYTES, ovr_values, with_ovr_lines
from app.rules.sentences import quoted
from app.security.roles import GENERATE, SYSTEM_SETTINGS
from app.services import config_files, drop_downs, option_templates, settings
from app.services.config_files.sources import Sources
from app.services.option_templates import OptionFile
from app.transaction import transaction
from app.views.authors import author
from app.views.shell import may
from app.views.times import time_of_page
from app.views.web_session import db

_WITH_GENERATE, _OVR = "save_and_generate", "ovr"


class OptionFileView(BaseView):
    """What the pages of the two first files have in common; a subclass says which it is, and what is shown besides."""

    class_permission_name = SYSTEM_SETTINGS
    default_view = "list"
    file: OptionFile
    page: str
    title: str

    def besides(self) -> dict[str, Any]:
        """Return what the page shows besides the file and its template."""
        return {}

    def strings(self) -> dict[str, Any]:
        """Return the strings for DHCP servers, made for the tenant in the address or for the first one."""
        sources = Sources(db.session())
        tenants = drop_downs.tenant_names(db.session())
        tenant = request.args.get("tenant") or (tenants[0] if tenants else "")
        proxy = config_files.sbc_proxy_of(sources)
        return {
            "tenants": tenants,
            "tenant": tenant,
            "strings": dhcp_option_strings(sources.urls, proxy, tenant),
            "proxy": proxy,
            "urls": sources.urls,
        }

    @expose("/", methods=["GET"])
    @has_access
    def list(self) -> Response:
        """Show the template, and the file as phones get it."""
        return self.show()

    @expose("/", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self) -> ResponseReturnValue:
        """Save what was typed, and generate the file where that is asked for; or put the lines of OVR into it."""
        typed = request.form.get("template", "")
        deed = request.form.get("deed", "")
        try:
            if deed == _OVR:
                return self._with_ovr_lines(typed)
            self._keep(typed, generates=deed == _WITH_GENERATE and may(GENERATE, SYSTEM_SETTINGS))
        except InvalidInputError as error:
            return self.show(typed, refused=str(error))
        return redirect(self._address)

    @expose("/upload", methods=["POST"])
    @has_access
    @permission_name("edit")
    def upload(self) -> ResponseReturnValue:
        """Take in a template that was edited elsewhere."""
        try:
            self._keep(_uploaded_text())
        except InvalidInputError as error:
            return self.show(refused=str(error))
        return redirect(self._address)

    @expose("/restore", methods=["POST"])
    @has_access
    @permission_name("edit")
    def restore(self) -> ResponseReturnValue:
        """Go back to the factory's template."""
        with transaction(db.session()) as session:
            option_templates.restore(session, self.file, author=author(), now=time_of_page())
        flash("The template is the default again. Phones get it with Generate.", "success")
        return redirect(self._address)

    @expose("/generate", methods=["POST"])
    @has_access
    @permission_name("generate")
    def generate(self) -> ResponseReturnValue:
        """Write the file that phones get."""
        with transaction(db.session()) as session:
            config_files.generate_option_files(session, author=author(), now=time_of_page())
        flash("The file was generated: phones that ask for it get it now.", "success")
        return redirect(self._address)

    @expose("/download")
    @has_access
    @permission_name("list")
    def download_template(self) -> Response:
        """Send the template, to be edited elsewhere."""
        text = option_templates.read(db.session(), self.file).text
        headers = {"Content-Disposition": f'attachment; filename="{self.file.value}.cfg"'}
        return Response(text, mimetype="text/plain", headers=headers)

    def show(self, typed: str | None = None, *, refused: str = "", **shown: Any) -> Response:
        """Return the page, with what was typed where it was not saved; ``shown`` is for the subclass."""
        session = db.session()
        template = option_templates.read(session, self.file)
        stored = config_files.find(session, config_files.OPTION_FILES[self.file])
        text = template.text if typed is None else typed
        page = render_template(
            self.page,
            title=self.title,
            template=template,
            text=text,
            ovr=ovr_values(text),
            refused=refused,
            stored=stored,
            stored_text=config_files.text_of(stored) if stored else None,
            next_text=config_files.option_file_text(session, Sources(session), self.file),
            **self.besides() | shown,
        )
        return make_response(
            page, HTTPStatus.BAD_REQUEST if refused or shown.get("problems") else HTTPStatus.OK
        )

    @property
    def _address(self) -> str:
        return f"{self.route_base}/"

    def _keep(self, text: str, *, generates: bool = False) -> None:
        with transaction(db.session()) as session:
            doubts = option_templates.save(session, self.file, text, author=author(), now=time_of_page())
            if generates:
                config_files.generate_option_files(session, author=author(), now=time_of_page())
        for doubt in doubts:
            flash(doubt, "warning")
        outcome = (
            "The file was generated, too: phones that ask get it now"
            if generates
            else "Phones get it with Generate"
        )
        flash(f"The template was saved. {outcome}.", "success")

    def _with_ovr_lines(self, typed: str) -> Response:
        lines = with_ovr_lines(
            typed, request.form.get("ovr_address", "").strip(), request.form.get("ovr_port", "").strip()
        )
        flash("The three lines are in the template below. Nothing is saved yet.", "info")
        return self.show(lines)


def _uploaded_text() -> str:
    """Return the text of the file that was uploaded, or raise InvalidInputError."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInputError("Choose a file to upload.")
    suffixes = settings.permitted_suffixes(db.session())
    if not file.filename.lower().endswith(suffixes):
        raise InvalidInputError(
            f"{quoted(file.filename)} may not be uploaded: names of files end in {', '.join(suffixes)}."
        )
    content = file.stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise InvalidInputError(
            f"{quoted(file.filename)} is too long: the template may have {MOST_BYTES} bytes."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"{quoted(file.filename)} is no text in UTF-8: byte {error.start + 1} cannot be read."
        ) from error
