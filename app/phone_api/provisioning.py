"""Configuration files for phones: the personal one, shared ones, and the first one of the system URL (protocol 3)."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models.enums import FileKind
from app.phone_api import file_answers, preconditions, told_keys
from app.phone_api.context import Context
from app.phone_api.delivery import Answer
from app.phone_api.errors import refuse
from app.phone_api.file_calls import FileCall
from app.phone_api.shelf import Wanted
from app.rules.phone_forms import Part
from app.rules.sentences import quoted
from app.services import config_files, provisioning, provisioning_guard, settings, stored_files
from app.services.provisioning import FileRequest, PhoneFile
from app.services.stored_files import StoredFile

_BY_TENANT = (FileKind.PHONE, FileKind.GLOBAL, FileKind.DHCP_OPTION, FileKind.UPLOADED)


def wants(call: FileCall) -> Sequence[Wanted]:
    """Return the files that a call will look up; that its phone holds one must not cost its content."""
    with_content = not preconditions.are_in(call.request)
    return [Wanted(name, with_content) for name in dict.fromkeys((call.name, call.own_name))]


def find_stored_file(session: Session, call: FileCall, context: Context) -> Answer | None:
    """Return a file that is stored (``/configfiles/…``, ``/ipp/dhcpoption160.cfg``); None for one that is watched."""
    found = _find(session, call, context)
    if found is not None:
        return None if found.is_watched else _answer(session, call, found, context)[1]
    if call.mac:
        _note_strangers(session, [call], context)
        raise NotFoundError(provisioning.why_no_file(session, call.mac))
    raise _no_such_file(call.name)


def find_phone_file(session: Session, call: FileCall, context: Context) -> Answer | None:
    """Return what a phone asks for by a tenant's URL, from what is stored.

    None where it has no file of its own, and for a file that is watched.
    """
    found = _find(session, call, context)
    if found is not None and _is_by_tenant(call, found):
        return None if found.is_watched else _answer(session, call, found, context)[1]
    if call.mac is None:
        raise _no_such_file(call.name)
    return None


def _is_by_tenant(call: FileCall, file: StoredFile) -> bool:
    """Whether a file is one that phones are given by a tenant's URL."""
    return call.is_usual or file.kind in _BY_TENANT


def _has_file(call: FileCall, stored: Mapping[str, StoredFile]) -> bool:
    """Whether what is asked for is among these files, by the name in the request or by that of the phone's own."""
    named = stored.get(stored_files.key_of(call.name))
    is_named = named is not None and _is_by_tenant(call, named)
    return is_named or stored_files.key_of(call.own_name) in stored


def record_fetched(session: Session, calls: Sequence[FileCall], context: Context) -> list[Answer]:
    """Answer phones whose files an operation waits for, and note that they asked: what is noted is then sent."""
    context.shelf.lay_out(session, [file for call in calls for file in wants(call)])
    answers = [_stored_or_refusal(session, call, context) for call in calls]
    stored_files.note_fetched(session, {name for name, _ in answers if name}, now=context.now)
    return [answer for _, answer in answers]


def record_phone_file(session: Session, calls: Sequence[FileCall], context: Context) -> list[Answer]:
    """Answer phones that ask by a tenant's URL: for a file that is watched or goes out once, and who has none."""
    names = dict.fromkeys(name for call in calls for name in (call.name, call.own_name))
    stored = stored_files.find_many(session, list(names), with_content=False)
    has_file = [_has_file(call, stored) for call in calls]
    fetched = [call for call, is_stored in zip(calls, has_file, strict=True) if is_stored]
    others = [call for call, is_stored in zip(calls, has_file, strict=True) if not is_stored]
    of_fetched = iter(record_fetched(session, fetched, context) if fetched else ())
    of_others = iter(first_contact(session, others, context) if others else ())
    return [next(of_fetched if is_stored else of_others) for is_stored in has_file]


def first_contact(session: Session, calls: Sequence[FileCall], context: Context) -> list[Answer]:
    """Answer phones that are no devices yet with their template's file, and place them (protocol 3.1)."""
    requests = [_file_request(call) for call in calls]
    _note_strangers(session, calls, context)
    files = provisioning.contact_by_file(session, requests, now=context.now)
    return [
        _first_file(session, call, file, context) if file.text is not None else refuse(404, file.refusal)
        for call, file in zip(calls, files, strict=True)
    ]


def find_proxy_file(session: Session, call: FileCall, context: Context) -> Answer:
    """Return the file that leads a phone behind an SBC proxy through the proxy (protocol 3.4)."""
    file = _look_up(session, call, config_files.PROXY_OPTION_FILE, context)
    if file is None or not settings.read(session).sbc_proxy_host:
        raise NotFoundError(
            "No SBC proxy is set. Enter its address under System Settings, SBC Proxy Configuration."
        )
    if call.mac is None and call.name not in ("", config_files.DHCP_OPTION_FILE):
        raise NotFoundError(f"There is no file called {quoted(call.name)} for phones behind an SBC proxy.")
    return file_answers.stored(session, call, file, None, Part.OWN, context)


def _find(session: Session, call: FileCall, context: Context) -> StoredFile | None:
    """Return the file of this name, or the phone's own, where it asks for it by such a name.

    NotFoundError where no phone of any model asks for its files by a name like this.
    """
    file = _look_up(session, call, call.name, context)
    if file is not None or call.is_usual or call.mac is None:
        return file
    if not context.forms.lets(session, call.name, call.mac):
        raise _no_such_file(call.name)
    return _look_up(session, call, call.own_name, context)


def _look_up(session: Session, call: FileCall, name: str, context: Context) -> StoredFile | None:
    """Return a file; of one that the phone holds, the content is not even read."""
    request, shelf = call.request, context.shelf
    if preconditions.are_in(request):
        file = shelf.find(session, name, with_content=False)
        if file is None:
            return None
        tag = told_keys.tag_of(call, file, context)
        if preconditions.held_tag(request, tag, file.generated_at) is not None:
            return file
    return shelf.find(session, name, with_content=True)


def _no_such_file(name: str) -> NotFoundError:
    return NotFoundError(f"There is no configuration file called {quoted(name)}.")


def _stored_or_refusal(session: Session, call: FileCall, context: Context) -> tuple[str, Answer]:
    """Return the answer, and the name of the phone's own file where that is what is sent."""
    try:
        file = _find(session, call, context)
        if file is None:  # it was deleted meanwhile
            raise _no_such_file(call.name)
        part, answer = _answer(session, call, file, context)
    except NotFoundError as error:
        return "", refuse(404, str(error))
    return file.name_key if part is Part.OWN else "", answer


def _answer(session: Session, call: FileCall, file: StoredFile, context: Context) -> tuple[Part, Answer]:
    """Return a stored file, or what leads to it; NotFoundError where phones of its model ask by another name."""
    form = context.forms.of_template(session, file.template_id)
    part = file_answers.part_of(call, form) if file.kind is FileKind.PHONE else Part.OWN
    return part, file_answers.stored(session, call, file, form, part, context)


def _first_file(session: Session, call: FileCall, file: PhoneFile, context: Context) -> Answer:
    """Return the file of a phone that waits, or what leads to it, or the refusal of a name that it does not ask for."""
    form = context.forms.of_template(session, file.template_id)
    try:
        part = file_answers.part_of(call, form)
    except NotFoundError as error:
        return refuse(404, str(error))
    return file_answers.made_now(session, call, file, form, part, context)


def _note_strangers(session: Session, calls: Sequence[FileCall], context: Context) -> None:
    """Note which of these phones nobody has heard of, so that who makes MACs up is found out."""
    known = provisioning_guard.tenants_of(session, {call.mac for call in calls if call.mac})
    context.strangers += [
        (call.request.peer, call.mac) for call in calls if call.mac and call.mac not in known
    ]


def _file_request(call: FileCall) -> FileRequest:
    return FileRequest(
        mac=call.mac or "",
        tenant_name=call.tenant,
        user_agent=call.request.user_agent,
        peer=call.request.peer,
    )
