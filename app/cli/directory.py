"""Tells what the directory of a company says of somebody, and what he may do here: for who writes the file of ways."""

import argparse
import getpass

from sqlalchemy import func, select

from app.cli.release import opened_database
from app.directory.people import Directory, Person
from app.errors import ConflictError, NotAllowedError, NotFoundError
from app.models import Operator, Tenant
from app.rules.ways_to_sign_in.access import access_of
from app.rules.ways_to_sign_in.directory import LDAP, DirectoryWay
from app.security.tenant_scope import ALL_TENANTS
from app.services import ways_to_sign_in
from app.transaction import reading
from config import Settings


def test(settings: Settings, given: argparse.Namespace) -> None:
    """Print who is found, in which groups, and which role and tenants they give; nobody is signed in.

    Raises NotFoundError where nobody is found, NotAllowedError for a wrong password where one is needed.
    """
    way = ways_to_sign_in.load(settings.sign_in_file).directory
    if way is None:
        raise ConflictError(
            "No directory is set up: RINGMASTER_SIGN_IN_FILE names no file with a table [ldap]."
        )
    person = _find(way, given.person)
    print(f"{way.name} has {person.dn}")
    for title, value in (
        ("username", person.username),
        ("first name", person.first_name),
        ("last name", person.last_name),
        ("mail", person.mail),
    ):
        print(f"  {title:11} {value or '(none)'}")
    for group in person.groups or ["(none)"]:
        print(f"  {'group':11} {group}")
    with opened_database(settings) as database, reading(database, ALL_TENANTS) as session:
        named = func.lower(Operator.username) == person.username.lower()
        account = session.scalars(select(Operator).where(named)).one_or_none()
        tenants = {tenant.name_key: tenant.name for tenant in session.scalars(select(Tenant))}
    print(_verdict(way, person, account, tenants))


def _find(way: DirectoryWay, name: str) -> Person:
    directory = Directory(way)
    if not way.bind_as:
        person = directory.find(name)
    else:
        answer = directory.sign_in(name, getpass.getpass(f"Password of {name} in {way.name}: "))
        if answer.told:
            raise NotAllowedError(answer.told)
        person = answer.person
    if person is None:
        by = " by this password" if way.bind_as else ""
        raise NotFoundError(
            f"{way.name} has nobody called {name}{by}, or several: {way.filter_for(name)} finds exactly one below "
            f"{way.base} where all is well."
        )
    return person


def _verdict(way: DirectoryWay, person: Person, account: Operator | None, tenants: dict[str, str]) -> str:
    if account is not None and account.signs_in_by != LDAP:
        return f"The account {account.username} is there already and signs in another way: it goes before this person."
    if account is not None and not account.active:
        return f"Not let in: the account {account.username} is switched off here."
    access = access_of(person.groups, way.access)
    if access is None:
        return "Not let in: none of these groups is in a table [[ldap.access]]."
    if access.sees_all_tenants:
        return f"Let in as {access.role} for all tenants."
    told = ", ".join(
        tenants.get(Tenant.fold(name), f"{name} (there is no such tenant)") for name in access.tenants
    )
    return f"Let in as {access.role} for {told}."
