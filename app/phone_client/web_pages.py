"""The driver for the web pages that phones have (protocol 5): sign in, see whose they are, send a form."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from app.models.enums import Action
from app.phone_client.connections import Page, Unreachable, Visit
from app.rules.phone_calls import Answer, Outcome, PhoneCall

CALL_SECONDS = 25
"""How long it may take until a phone can be asked what it is called for."""

BeforeAsking = Callable[[], Awaitable[bool]]
"""Called right before the request that cannot be taken back; False forbids it."""

_LOGIN_FAILED = "Login failed"
_FORMS: Mapping[Action, tuple[str, dict[str, str]]] = MappingProxyType(
    {
        Action.RESTART: ("/mainform.cgi/reboot.htm", {"REBOOT": "2"}),
        Action.UPDATE: ("/mainform.cgi/auto_provision.htm", {"NOW_CFG": "1"}),
        Action.FIRMWARE: ("/mainform.cgi/auto_provision.htm", {"NOW_CFG": "1", "NOW_FW": "1"}),
    }
)


async def ask(call: PhoneCall, before_asking: BeforeAsking) -> Outcome:
    """Ask a phone, and return what came of it; never raises for what a phone does or does not do."""
    async with Visit(call.root, verifies_certificate=call.verifies_certificate) as visit:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                outcome = await _come_to_the_point(visit, call)
        except TimeoutError:
            outcome = Outcome(Answer.NOT_ASKED, f"It took more than {CALL_SECONDS} seconds to sign in.")
        except Unreachable as error:
            outcome = Outcome(Answer.NOT_ASKED, str(error))
        if outcome is not None:
            return outcome
        if not await before_asking():
            return Outcome(Answer.LOST)
        return await _send(visit, *_FORMS[call.action])


async def _come_to_the_point(visit: Visit, call: PhoneCall) -> Outcome | None:
    """Do all that may be done twice; None where the request that must not be is what is left."""
    problem = await _sign_in(visit, call) or await _check_identity(visit, call.mac)
    if problem:
        return Outcome(Answer.NOT_ASKED, problem)
    if call.action is Action.CHECK_STATUS:
        return _status_of(await visit.get("/voip_status.cgi"))
    return None


async def _sign_in(visit: Visit, call: PhoneCall) -> str:
    """Begin a session and sign in; return what stood in the way."""
    await visit.get("/")
    for user_name, password in call.sign_ins:
        sealed = base64.b64encode(password.encode()).decode()
        page = await visit.post("/login.cgi", {"user": user_name, "psw": sealed})
        if page.holds(_LOGIN_FAILED):
            continue
        if page.status >= 400:
            return f"Its web pages have no sign-in that is known (status {page.status})."
        return ""
    return "Its web pages refuse the user name and the password that its file has, and those of the factory."


async def _check_identity(visit: Visit, mac: str) -> str:
    """See that the phone at this address is the one that is meant; return what else was found."""
    page = await visit.get("/mainform.cgi/network_status.htm")
    digits = "".join(letter for letter in page.text.lower() if letter not in ":-. ")
    if mac not in digits:
        return f"Another machine than the phone {mac} answers at its address."
    return ""


def _status_of(page: Page) -> Outcome:
    if page.status == 200 and page.holds("<status"):
        return Outcome(Answer.DONE, "It answers; what it reports is on its page.")
    return Outcome(Answer.NOT_ASKED, f"It has no status page (status {page.status}).")


async def _send(visit: Visit, path: str, form: dict[str, str]) -> Outcome:
    """Send the form that cannot be taken back; many phones hang up to obey before they answer."""
    try:
        page = await visit.post(path, form)
    except Unreachable as error:
        if error.was_sent:
            return Outcome(Answer.DOUBTFUL, f"{error} It may have obeyed at once.")
        return Outcome(Answer.NOT_ASKED, str(error))
    if page.status >= 400:
        return Outcome(Answer.NOT_ASKED, f"Its web pages do not take the request (status {page.status}).")
    return Outcome(Answer.ASKED)
