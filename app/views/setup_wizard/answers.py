"""The steps that ask what is to be set up: the system type, Zero Touch, the tenant with its network."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.orm import Session

from app.errors import ConflictError, InvalidInputError, NotAllowedError, RingmasterError
from app.models import Site, Tenant
from app.models.enums import Train
from app.security.roles import EDIT, SITES, TENANTS
from app.services import drop_downs, tenancy
from app.services.row_deeds import changes_of
from app.services.setup_wizard import progress
from app.services.setup_wizard.progress import Settled, Step
from app.services.setup_wizard.steps import Course
from app.views.authors import author
from app.views.deeds import record
from app.views.form_problems import ask_together, is_answered
from app.views.setup_wizard.step_page import BACK, NEXT, OpenQuestionError, Saved, Typed, goes_back
from app.views.shell import may
from app.views.template_form import is_id
from app.views.tenants import takeover
from app.views.times import time_of_page
from app.views.web_session import db

_YES, _ALL, _NO = "yes", "all", "no"


class SystemTypePage:
    """Step 1: Skype for Business, or another system."""

    template = "ringmaster/setup_wizard/system_type.html"

    def may_save(self) -> bool:
        """The answer is the wizard's own."""
        return True

    def shown(self, course: Course, typed: Typed) -> dict[str, Any]:
        """Return the answer."""
        answered = course.answered.train if course.answered else None
        return {"train": typed.get("train") or answered}

    def save(self, session: Session, course: Course, typed: Typed) -> Saved:
        """Keep the answer."""
        if typed.get("train") not in set(Train):
            raise InvalidInputError("Choose the system that your phones belong to.", field="train")
        progress.choose_train(
            session, course.tenant, Train(typed["train"]), author=author(), now=time_of_page()
        )
        return Saved()


class ZeroTouchPage:
    """Step 2: whether phones come in by themselves; for the default tenant also those that name no tenant."""

    template = "ringmaster/setup_wizard/zero_touch.html"

    def may_save(self) -> bool:
        """The answer is the wizard's own; what it changes of the tenant is checked where it does."""
        return True

    def shown(self, course: Course, typed: Typed) -> dict[str, Any]:
        """Return the answer, and whether the tenant may be let to approve by itself."""
        is_zero_touch = course.answered.is_zero_touch if course.answered else None
        present = {None: "", True: _YES, False: _NO}[is_zero_touch]
        if is_zero_touch and course.tenant.is_default and course.tenant.approves_automatically:
            present = _ALL
        return {
            "answer": typed.get("zero_touch") or present,
            "offers_all": course.tenant.is_default and may(EDIT, TENANTS),
        }

    def save(self, session: Session, course: Course, typed: Typed) -> Saved:
        """Keep the answer; the default tenant approves by itself, or no longer does."""
        answer = typed.get("zero_touch")
        if answer not in {_YES, _ALL, _NO}:
            raise InvalidInputError("Choose whether phones come in by themselves.", field="zero_touch")
        progress.choose_zero_touch(
            session, course.tenant, is_zero_touch=answer != _NO, author=author(), now=time_of_page()
        )
        return Saved(_let_approve(session, course.tenant, answer))


def _let_approve(session: Session, tenant: Tenant, answer: str) -> list[str]:
    """Let the default tenant approve phones by itself as the answer says, as far as the account may change it."""
    wanted = answer == _ALL
    if not (tenant.is_default and may(EDIT, TENANTS)):
        if wanted:
            raise NotAllowedError("Your account may not let a tenant approve phones by itself.")
        if answer == _NO and tenant.is_default and tenant.approves_automatically:
            raise ConflictError(
                f"{tenant.name} approves phones by itself, so they would not wait. Ask an administrator to change "
                "that in the tenant first.",
                field="zero_touch",
            )
        return []
    if tenant.approves_automatically == wanted:
        return []
    tenant.approves_automatically = wanted
    return _save_tenant(session, tenant, ["approves_automatically"])


def _save_tenant(session: Session, tenant: Tenant, columns: list[str]) -> list[str]:
    """Check and write a tenant that was changed, and note what changed."""
    with session.no_autoflush:
        doubts = tenancy.prepare_changed_tenant(session, tenant)
        changes = changes_of(tenant, columns)
        session.flush()
    if changes:
        record(session, "changed", "tenant", tenant.name, tenant_id=tenant.id, more=changes)
    return doubts


class TenantPage:
    """Step 3: for which tenant, and where its phones stand. The page has a form for each of these."""

    template = "ringmaster/setup_wizard/tenant.html"

    def may_save(self) -> bool:
        """Who may not change tenants goes on with what there is."""
        return True

    def shown(self, course: Course, typed: Typed) -> dict[str, Any]:
        """Return the tenants to choose from, the network of this one, and its sites."""
        tenant = course.tenant
        is_network = bool(typed) and typed.get("deed", NEXT) in {NEXT, BACK}
        return {
            "tenants": drop_downs.tenants_by_id(db.session()),
            "subnet": typed.get("subnet", "") if is_network else tenant.subnet or "",
            "is_default": "is_default" in typed if is_network else tenant.is_default,
            "present_default": tenancy.find_default_besides(db.session(), tenant),
            "sites": tenancy.read_sites(db.session(), tenant),
            "may_edit": may(EDIT, TENANTS),
            "may_add": may("can_add", TENANTS),
            "may_add_sites": may("can_add", SITES),
        }

    def save(self, session: Session, course: Course, typed: Typed) -> Saved:
        """Do what the form that was sent is for."""
        deeds = {"choose": _choose, "add": _add_tenant, "add_site": _add_site}
        return deeds.get(typed.get("deed", ""), _save_network)(session, course, typed)


def _choose(session: Session, course: Course, typed: Typed) -> Saved:
    if not is_id(typed.get("tenant", "")):
        raise InvalidInputError("Choose a tenant.", field="tenant")
    tenant = progress.find_tenant(session, int(typed["tenant"]))
    progress.carry_over(session, course.tenant, tenant, author=author(), now=time_of_page())
    return Saved(stays=True, tenant_id=tenant.id)


def _add_tenant(session: Session, course: Course, typed: Typed) -> Saved:
    _check_may("can_add", TENANTS)
    tenant = Tenant(name=typed.get("new_name", ""), subnet=typed.get("new_subnet", ""))
    with _fields_called("new_"):
        doubts = tenancy.prepare_new_tenant(session, tenant, now=time_of_page())
    session.flush()
    record(session, "added", "tenant", tenant.name, tenant_id=tenant.id)
    progress.carry_over(session, course.tenant, tenant, author=author(), now=time_of_page())
    return Saved(doubts, f"The tenant {tenant.name} was added.", stays=True, tenant_id=tenant.id)


def _add_site(session: Session, course: Course, typed: Typed) -> Saved:
    _check_may("can_add", SITES)
    site = Site(name=typed.get("site_name", ""), subnet=typed.get("site_subnet", ""), description="")
    with session.no_autoflush, _fields_called("site_"):
        site.tenant = course.tenant
        doubts = tenancy.prepare_site(session, site)
    session.add(site)
    session.flush()
    record(session, "added", "site", str(site), tenant_id=course.tenant.id)
    return Saved(doubts, f"The site {site.name} was added.", stays=True)


def _save_network(session: Session, course: Course, typed: Typed) -> Saved:
    doubts = _change_network(session, course.tenant, typed) if may(EDIT, TENANTS) else []
    if not goes_back(typed):
        progress.settle(
            session, course.tenant, Step.TENANT, Settled.ANSWERED, author=author(), now=time_of_page()
        )
    return Saved(doubts)


def _change_network(session: Session, tenant: Tenant, typed: Typed) -> list[str]:
    """Give a tenant its subnet; that it takes over as the default is announced first."""
    with session.no_autoflush:
        # The box of the default tenant is locked, so that browsers do not send it.
        replaced = tenancy.find_default_besides(session, tenant) if "is_default" in typed else None
        if replaced is not None:
            question = ask_together("agreed", [takeover(tenant.name, replaced)])
            if question and not is_answered(question):
                raise OpenQuestionError(question)
            more = f"{tenant.name} is the default tenant in its place"
            record(session, "replaced", "tenant", str(replaced), tenant_id=replaced.id, more=more)
            tenant.is_default = True
        tenant.subnet = typed.get("subnet", "")
        return _save_tenant(session, tenant, ["subnet", "is_default"])


def _check_may(deed: str, page: str) -> None:
    if not may(deed, page):
        raise NotAllowedError("You do not have permission to modify this item.")


@contextmanager
def _fields_called(prefix: str) -> Iterator[None]:
    """Let an error name the field as the page calls it: there are several names and subnets on it."""
    try:
        yield
    except RingmasterError as error:
        error.by_field = {f"{prefix}{name}": sentence for name, sentence in error.by_field.items()}
        raise
