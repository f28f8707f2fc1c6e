"""Configuration files for phones: the personal one, shared ones, and the first one of the system URL (protocol 3)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models.enums import FileKind
from app.phone_api import preconditions
from app.phone_api.claims import Claim, caller_of
from app.phone_api.context import Context
from app.phone_api.delivery import VARIES, Answer, Deliverable, Gzip, not_modified
from app.phone_api.errors import refuse
from app.phone_api.messages import PhoneRequest
from app.phone_api.shelf import Wanted
from app.rules import url_keys
from app.rules.mac_addresses import find_mac
from app.rules.report_limits import REPORT_LIMITS
from app.rules.sentences import quoted
from app.services import config_files, phone_urls, provisioning, provisioning_guard, settings, stored_files
from app.services.provisioning import FileRequest
from app.services.stored_files import StoredFile

_TEXT = "text/plain; charset=utf-8"
_TEMPLATE_HEADER = "X-Template-Name"
_SHARED = (FileKind.GLOBAL, FileKind.DHCP_OPTION, FileKind.UPLOADED)


@dataclass(frozen=True, slots=True)
class FileCall:
    """A request for a file by name; ``mac`` is the phone's where the name is one, ``tenant`` the one in the URL."""

    name: str
    mac: str | None
    tenant: str
    request: PhoneRequest


def parse(request: PhoneRequest, parts: dict[str, str]) -> FileCall:
    """Return what is asked for; the name of a phone's file is its MAC in any notation and case."""
    name = parts["name"]
    mac = find_mac(name[: -len(".cfg")]) if name.lower().endswith(".cfg") else None
    tenant = parts.get("tenant", "")[: REPORT_LIMITS["region"]]
    return FileCall(config_files.name_for(mac) if mac else name, mac, tenant, request)


def claim(call: FileCall) -> Claim:
    """Return whose file is asked for."""
    return Claim((call.mac,) if call.mac else (), call.tenant)


def wants(call: FileCall) -> Wanted:
    """Return the file that a call will look up first; that its phone holds it must not cost its content."""
    return Wanted(call.name, with_content=not preconditions.are_in(call.request))


def find_stored_file(session: Session, call: FileCall, context: Context) -> Answer | None:
    """Return a file that is stored (``/configfiles/…``, ``/ipp/dhcpoption160.cfg``); None for one that is watched."""
    file = _look_up(session, call, call.name, context)
    if file is not None:
        return None if file.is_watched else _answer(session, call, file, context)
    if call.mac:
        _note_strangers(session, [call], context)
        raise NotFoundError(provisioning.why_no_file(session, call.mac))
    raise NotFoundError(f"There is no configuration file called {quoted(call.name)}.")


def find_phone_file(session: Session, call: FileCall, context: Context) -> Answer | None:
    """Return what a phone asks for by a tenant's URL, from what is stored.

    None where it has no file of its own, and for a file that is watched.
    """
    file = _look_up(session, call, call.name, context)
    if file is not None and (call.mac or file.kind in _SHARED):
        return None if file.is_watched else _answer(session, call, file, context)
    if call.mac is None:
        raise NotFoundError(f"There is no configuration file called {quoted(call.name)}.")
    return None


def record_fetched(session: Session, calls: Sequence[FileCall], context: Context) -> list[Answer]:
    """Answer phones whose files an operation waits for, and note that they asked: what is noted is then sent."""
    context.shelf.lay_out(session, [wants(call) for call in calls])
    stored_files.note_fetched(session, {call.name for call in calls}, now=context.now)
    return [_stored_or_refusal(session, call, context) for call in calls]


def record_phone_file(session: Session, calls: Sequence[FileCall], context: Context) -> list[Answer]:
    """Answer phones that ask by a tenant's URL: those whose files are watched, and those that have none."""
    stored = stored_files.find_many(session, [call.name for call in calls], with_content=False)
    fetched = [call for call in calls if stored_files.key_of(call.name) in stored]
    others = [call for call in calls if stored_files.key_of(call.name) not in stored]
    of_fetched = iter(record_fetched(session, fetched, context) if fetched else ())
    of_others = iter(first_contact(session, others, context) if others else ())
    return [next(of_fetched if stored_files.key_of(call.name) in stored else of_others) for call in calls]


def first_contact(session: Session, calls: Sequence[FileCall], context: Context) -> list[Answer]:
    """Answer phones that are no devices yet with their template's file, and place them (protocol 3.1)."""
    requests = [_file_request(call) for call in calls]
    _note_strangers(session, calls, context)
    files = provisioning.contact_by_file(session, requests, now=context.now)
    texts = [
        None if file.text is None else _with_key(session, call, context, file.text)
        for call, file in zip(calls, files, strict=True)
    ]
    contents = {text: text.encode() for text in texts if text is not None}
    tags = {text: stored_files.etag_of(content) for text, content in contents.items()}
    return [
        Deliverable(
            contents[text],
            len(contents[text]),
            tags[text],
            context.now,
            _TEXT,
            _headers(file.template_name),
        )
        if text is not None
        else refuse(404, file.refusal)
        for file, text in zip(files, texts, strict=True)
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
    return _answer(session, call, file, context)


def _look_up(session: Session, call: FileCall, name: str, context: Context) -> StoredFile | None:
    """Return a file; of one that the phone holds, the content is not even read."""
    request, shelf = call.request, context.shelf
    if preconditions.are_in(request):
        file = shelf.find(session, name, with_content=False)
        if file is None or preconditions.held_tag(request, _tag_of(call, file, context), file.generated_at):
            return file
    return shelf.find(session, name, with_content=True)


def _answer(session: Session, call: FileCall, file: StoredFile, context: Context) -> Answer:
    headers, etag = _headers(file.template_name), _tag_of(call, file, context)
    if file.content is None:  # the phone holds it
        tag = preconditions.held_tag(call.request, etag, file.generated_at)
        return not_modified(tag or etag, headers)
    if call.request.key:
        text = _with_key(session, call, context, stored_files.text_of(file.content).decode()).encode()
        return Deliverable(text, len(text), etag, file.generated_at, _TEXT, headers)
    stream = stored_files.gzip_of(file.content)
    return Deliverable(Gzip(stream), file.size, file.etag, file.generated_at, _TEXT, headers)


def _stored_or_refusal(session: Session, call: FileCall, context: Context) -> Answer:
    file = _look_up(session, call, call.name, context)
    if file is None:  # it was deleted meanwhile
        return refuse(404, f"There is no configuration file called {quoted(call.name)}.")
    return _answer(session, call, file, context)


def _told_key(call: FileCall, context: Context) -> str:
    return context.guarded.told_key(caller_of(call.request, claim(call))) if call.request.key else ""


def _tag_of(call: FileCall, file: StoredFile, context: Context) -> str:
    """Return the validator of a file as this phone gets it: with another key in its addresses it is another file."""
    key = _told_key(call, context)
    return stored_files.etag_with(file.etag, key) if key else file.etag


def _with_key(session: Session, call: FileCall, context: Context, text: str) -> str:
    """Return a text for a phone that asks with a key: with the key that it is to ask with next in our addresses."""
    key = _told_key(call, context)
    if not key:
        return text
    context.hosts = context.hosts or phone_urls.hosts(session)
    return url_keys.with_key(text, context.hosts, key)


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


def _headers(template_name: str) -> dict[str, str]:
    """Return the template's name as a header may carry it: of what RFC 9110 does not allow, question marks."""
    if not template_name:
        return VARIES
    visible = (
        template_name if template_name.isascii() and template_name.isprintable() else _visible(template_name)
    )
    return {**VARIES, _TEMPLATE_HEADER: visible}


def _visible(text: str) -> str:
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)
