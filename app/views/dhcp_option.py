"""DHCP Option Configuration: what DHCP servers are told, and the first file of phones (manual 4.5)."""

from typing import Any

from flask import request

from app.errors import RingmasterError
from app.models.enums import Train
from app.services import drop_downs
from app.services.option_templates import OptionFile
from app.services.zero_touch import trials
from app.services.zero_touch.trials import Trial
from app.services.zero_touch.typed_facts import MADE_UP_MAC
from app.views.list_arguments import one_of, word_of
from app.views.option_file import OptionFileView
from app.views.times import time_of_page
from app.views.web_session import db

_BY_SYSTEM_URL = "system"


class DhcpOptionView(OptionFileView):
    """The strings for DHCP servers, a trial of them, and ``dhcpoption160.cfg``."""

    route_base = "/system-settings/dhcp-option"
    page = "ringmaster/dhcp_option.html"
    title = "DHCP Option Configuration"
    file = OptionFile.DIRECT

    def besides(self) -> dict[str, Any]:
        """Return the strings for one tenant, and what a phone gets by them when that is asked for."""
        strings = self.strings()
        return {
            **strings,
            "models": drop_downs.model_names(db.session()),
            "trains": list(Train),
            "model": request.args.get("model", ""),
            "train": word_of(request.args, "train", Train) or Train.UC,
            "by_system_url": one_of(request.args, "by", (_BY_SYSTEM_URL,)) == _BY_SYSTEM_URL,
            "made_up_mac": MADE_UP_MAC,
            **_trial(strings["tenant"]),
        }


def _trial(tenant: str) -> dict[str, Trial | str | None]:
    """Return what a phone of the model in the address gets by the tenant's URL, or why that cannot be said."""
    if not request.args.get("model") or request.args.get("by") == _BY_SYSTEM_URL:
        return {"trial": None, "trial_refused": ""}
    try:
        found = trials.try_tenant_url(
            db.session(),
            model=request.args["model"],
            train=word_of(request.args, "train", Train) or Train.UC,
            tenant_name=tenant,
            now=time_of_page(),
        )
    except RingmasterError as error:
        return {"trial": None, "trial_refused": str(error)}
    return {"trial": found, "trial_refused": ""}
