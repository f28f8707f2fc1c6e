"""What the address of a file that a phone fetches says: which kind of file it is, and of which phone."""

from app.models.enums import FetchedKind, ToldBy
from app.rules.mac_addresses import find_mac
from app.rules.phone_forms import mac_in_name, usual_mac
from app.rules.user_agents import parse_user_agent

_FIRMWARE = "/firmwarefiles/"
_OPTION_FILE = "dhcpoption160.cfg"
_THROUGH_PROXY = "/ipp/httpproxy/"


def mac_in(path: str, user_agent: str) -> tuple[str, ToldBy] | None:
    """Return the phone that asks for a file, and how that is known: by the file's name or by the User-Agent.

    Phones of other vendors ask for names with a MAC address in them; where theirs is known otherwise, one that differs
    is none, such as the number of a model in y000000000066.cfg.
    """
    name = path.rpartition("/")[2]
    mac = usual_mac(name)
    if mac is not None:
        return mac, ToldBy.FILE
    named = None if path.startswith(_FIRMWARE) else mac_in_name(name)
    agent = parse_user_agent(user_agent)
    said = find_mac(agent.mac) if agent is not None and agent.mac else None
    if named is not None and (said == named or (said is None and agent is not None)):
        return named, ToldBy.FILE
    return (said, ToldBy.USER_AGENT) if said is not None else None


def kind_of(path: str, *, is_its_own: bool) -> FetchedKind:
    """Return the kind of file at an address; ``is_its_own`` where its name is a phone's MAC address."""
    if path.startswith(_FIRMWARE):
        return FetchedKind.FIRMWARE
    if path.startswith(_THROUGH_PROXY) or path.endswith(f"/{_OPTION_FILE}"):
        return FetchedKind.OPTION
    return FetchedKind.PHONE if is_its_own else FetchedKind.SHARED
