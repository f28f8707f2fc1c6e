"""What a phone's file becomes as an answer, by the form of its model's files (docs/decisions/0076)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models.enums import FileKind
from app.phone_api import preconditions, told_keys
from app.phone_api.context import Context
from app.phone_api.delivery import VARIES, Answer, Deliverable, Gzip, not_modified
from app.phone_api.file_calls import FileCall
from app.rules.phone_forms import USUAL_TYPE, Part, PhoneForm
from app.rules.sentences import quoted
from app.services import stored_files
from app.services.provisioning import PhoneFile
from app.services.stored_files import StoredFile

_TEMPLATE_HEADER = "X-Template-Name"
_NO_PAGE = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def part_of(call: FileCall, form: PhoneForm | None) -> Part:
    """Return which of its phone's files is asked for; NotFoundError where phones of its model ask by other names."""
    if form is None:
        part, own = Part.OWN if call.is_usual else None, call.own_name
    else:
        part, own = form.part_called(call.name, call.mac or ""), form.names_for(call.mac or "")[0]
    if part is None:
        raise NotFoundError(
            f"There is no file called {quoted(call.name)}: phones of this model ask for {quoted(own)}."
        )
    return part


def stored(
    session: Session, call: FileCall, file: StoredFile, form: PhoneForm | None, part: Part, context: Context
) -> Answer:
    """Return a stored file, or the boot file that leads to it; of one that the phone holds, that it does."""
    headers, is_its_file = _headers(file.template_name, form), file.kind is FileKind.PHONE
    if form is not None and part is Part.BOOT:
        text = form.boot_file_for(call.mac or "")
        text = told_keys.with_key(session, call, context, text, is_its_file=is_its_file)
        return _of_text(text, context.now, form, headers)
    tag = told_keys.tag_of(call, file, context)
    if file.content is None:
        held = preconditions.held_tag(call.request, tag, file.generated_at)
        return not_modified(held or tag, headers)
    if call.request.key:
        text = stored_files.text_of(file.content).decode()
        text = told_keys.with_key(session, call, context, text, is_its_file=is_its_file)
        return _of_text(text, file.generated_at, form, headers, tag)
    stream = stored_files.gzip_of(file.content)
    return Deliverable(Gzip(stream), file.size, file.etag, file.generated_at, _type_of(form), headers)


def made_now(
    session: Session, call: FileCall, file: PhoneFile, form: PhoneForm | None, part: Part, context: Context
) -> Answer:
    """Return the file that was made for a phone which has none of its own, or the boot file that leads to it."""
    text = file.text or ""
    if form is not None and part is Part.BOOT:
        text = form.boot_file_for(call.mac or "")
    text = told_keys.with_key(session, call, context, text)
    return _of_text(text, context.now, form, _headers(file.template_name, form))


def _of_text(
    text: str, made_at: datetime, form: PhoneForm | None, headers: Mapping[str, str], tag: str = ""
) -> Deliverable:
    content = text.encode()
    tag = tag or stored_files.etag_of(content)
    return Deliverable(content, len(content), tag, made_at, _type_of(form), headers)


def _type_of(form: PhoneForm | None) -> str:
    return form.content_type if form else USUAL_TYPE


def _headers(template_name: str, form: PhoneForm | None) -> dict[str, str]:
    """Return the template's name as a header may carry it: of what RFC 9110 does not allow, question marks.

    A browser that opens a file in XML must run nothing that is in it: the screens may be at the same address.
    """
    varies = {**VARIES, **_NO_PAGE} if form is not None and form.content_type != USUAL_TYPE else VARIES
    if not template_name:
        return varies
    visible = (
        template_name if template_name.isascii() and template_name.isprintable() else _visible(template_name)
    )
    return {**varies, _TEMPLATE_HEADER: visible}


def _visible(text: str) -> str:
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)
