"""The steps that bring phones in: what DHCP servers are told, and the wait for the first phone."""

from typing import Any

from flask import request
from sqlalchemy.orm import Session

from app.errors import RingmasterError
from app.rules.addresses import find_address
from app.security.roles import SYSTEM_SETTINGS
from app.services import drop_downs, phone_urls, public_address
from app.services.setup_wizard import arrivals, progress
from app.services.setup_wizard.steps import Course
from app.services.zero_touch import trials
from app.views.authors import author
from app.views.setup_wizard.step_page import Saved, Typed
from app.views.shell import may
from app.views.times import time_of_page
from app.views.web_session import db


class DhcpOptionPage:
    """Step 7: the URL to paste, and what a phone would get by it."""

    template = "ringmaster/setup_wizard/dhcp_option.html"

    def may_save(self) -> bool:
        """Going on begins to wait, and changes nothing else."""
        return True

    def shown(self, course: Course, _typed: Typed) -> dict[str, Any]:
        """Return the addresses, and the trial of one model."""
        session = db.session()
        names = [model.name for model in course.models] or list(drop_downs.model_names(session))
        model = request.args.get("model") or names[0]
        urls = public_address.urls_of(session)
        return {
            "strings": phone_urls.of_tenant(session, course.tenant.name),
            "has_proxy": phone_urls.sbc_proxy(session) is not None,
            "public_url": urls.public_url,
            "is_out_of_reach": _is_this_machine_only(urls.address),
            "may_set_address": may("can_list", SYSTEM_SETTINGS),
            "models": names,
            "model": model,
            **_trial(course, model),
        }

    def save(self, session: Session, course: Course, _typed: Typed) -> Saved:
        """Begin to wait; a wait that has begun goes on."""
        if course.answered is None or course.answered.waiting_since is None:
            progress.begin_to_wait(session, course.tenant, author=author(), now=time_of_page())
        return Saved()


class FirstPhonePage:
    """Step 8: waiting for the first phone, which the page turns into when it comes."""

    template = "ringmaster/setup_wizard/first_phone.html"

    def may_save(self) -> bool:
        """To wait changes nothing."""
        return True

    def shown(self, course: Course, _typed: Typed) -> dict[str, Any]:
        """Return the phones that came, and the address that they should know."""
        is_waiting = course.answered is not None and course.answered.waiting_since is not None
        strings = phone_urls.of_tenant(db.session(), course.tenant.name)
        return {
            "arrivals": arrivals.read(db.session(), course.answered)
            if course.answered and is_waiting
            else None,
            "strings": strings,
        }

    def save(self, session: Session, course: Course, _typed: Typed) -> Saved:
        """Wait anew, for a phone that comes from now on."""
        progress.begin_to_wait(session, course.tenant, author=author(), now=time_of_page())
        return Saved(stays=True)


def _trial(course: Course, model: str) -> dict[str, Any]:
    """Return what a phone of the model gets by the tenant's URL, or why that cannot be said."""
    session, tenant, train = db.session(), course.tenant.name, course.train
    try:
        by_url = trials.try_tenant_url(
            session, tenant_name=tenant, model=model, train=train, now=time_of_page()
        )
        placed = trials.try_tenant(session, tenant_name=tenant, model=model, train=train, now=time_of_page())
    except RingmasterError as error:
        return {"trial": None, "refused": str(error)}
    return {
        "trial": by_url,
        "trial_firmware": placed.firmware,
        "trial_stages": [*by_url.stages, *placed.stages[1:]],
        "refused": "",
    }


def _is_this_machine_only(address: str) -> bool:
    found = find_address(address)
    return address.casefold() == "localhost" or (found is not None and found.is_loopback)
