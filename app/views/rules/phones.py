"""Which phone is meant by somebody who names one: by its MAC address, its user or its IP address."""

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy.orm import Session

from app.errors import InvalidInputError, NotFoundError
from app.rules.mac_addresses import find_mac
from app.rules.sentences import quoted
from app.security.roles import RULES
from app.services.devices_status.filters import Filters
from app.services.devices_status.pages import count_matching, read_page
from app.services.devices_status.phones import Phone, find_phone
from app.views.list_arguments import MOST_CHARACTERS_OF_WORDS
from app.views.web_session import db

_NAMED = 3
_SUGGESTED = 10


class PhoneSuggestionView(BaseView):
    """Phones that a field suggests (static/ringmaster/suggest.js)."""

    class_permission_name = RULES
    route_base = "/rules"
    default_view = "phones"

    @expose("/phones")
    @has_access
    @permission_name("list")
    def phones(self) -> ResponseReturnValue:
        """Return the first phones with these words."""
        words = request.args.get("q", "").strip()[:MOST_CHARACTERS_OF_WORDS]
        try:
            found = read_page(db.session(), Filters(q=words, rows=_SUGGESTED)).phones if words else []
        except InvalidInputError:
            found = []
        return jsonify([{"value": each.mac, "label": each.mac, "note": _note(each)} for each in found])


def phone_meant(session: Session, text: str) -> str:
    """Return the MAC address of the phone that a text names; NotFoundError where it is none, or several."""
    mac = find_mac(text)
    if mac is not None:
        if find_phone(session, mac) is None:
            raise NotFoundError(
                f"No phone with the MAC address {mac} has reported, or your account does not see it."
            )
        return mac
    found = read_page(session, Filters(q=text[:MOST_CHARACTERS_OF_WORDS], rows=_SUGGESTED))
    if not found.phones:
        raise NotFoundError(f"No phone is called {quoted(text)}, and none has such an address.")
    exact = [each for each in found.phones if text.casefold() in (each.user_name.casefold(), each.ip)]
    if len(exact) == 1 or len(found.phones) == 1:
        return (exact or found.phones)[0].mac
    number = found.total or count_matching(session, Filters(q=text[:MOST_CHARACTERS_OF_WORDS]))
    named = ", ".join(f"{each.mac} ({_note(each)})" for each in found.phones[:_NAMED])
    raise InvalidInputError(f"{number:,} phones match {quoted(text)}. Name one by its MAC address: {named} …")


def _note(phone: Phone) -> str:
    return " · ".join(
        text for text in (phone.user_name or phone.owner, phone.model, phone.ip, phone.tenant) if text
    )
