"""Ways to sign in for the tests: a file beside the database, and an application that goes by it."""

import dataclasses
from pathlib import Path

from flask import Flask

from app.views import outside_sign_in
from tests.oidc_provider import SECRET, OidcProvider
from tests.slapd import BASE, GROUPS, READER, READER_PASSWORD, Slapd

DIRECTORY = f"""
[ldap]
name = "Acme directory"
servers = ["ldaps://localhost:{{port}}"]
ca_file = "ca.pem"
bind_user = "{READER}"
bind_password_file = "reader"
base = "{BASE}"
group_base = "{GROUPS}"
password_page = "https://password.acme.com/"

[[ldap.access]]
group = "cn=phone-admins,{GROUPS}"
role = "Administrator"

[[ldap.access]]
group = "CN=Berlin-Desk,{GROUPS}"
role = "Helpdesk"
tenants = ["acme"]

[[ldap.access]]
group = "cn=munich-desk,{GROUPS}"
role = "Operator"
tenants = "all"
"""


def go_by(app: Flask, file: Path, web_url: str = "") -> None:
    """Let an application go by a file of ways to sign in."""
    settings = app.extensions["ringmaster_settings"]
    app.extensions["ringmaster_settings"] = dataclasses.replace(settings, sign_in_file=file, web_url=web_url)
    outside_sign_in.install(app)


def write_directory(folder: Path, slapd: Slapd, port: int | None = None) -> Path:
    """Write the file for a directory, with what it names."""
    (folder / "ca.pem").write_text(slapd.certificate)
    (folder / "reader").write_text(f"{READER_PASSWORD}\n")
    file = folder / "sign-in.toml"
    file.write_text(DIRECTORY.format(port=port or slapd.tls_port))
    return file


PROVIDER = """
[[oidc]]
id = "company"
name = "Acme Login"
issuer = "{issuer}"
client_id = "ringmaster"
client_secret_file = "oidc.secret"
{more}

[[oidc.access]]
group = "admins"
role = "Administrator"

[[oidc.access]]
group = "berlin"
role = "Helpdesk"
tenants = ["Acme"]
"""
WEB_URL = "https://manager.acme.com"


def write_provider(folder: Path, provider: OidcProvider, more: str = "") -> Path:
    """Write the file for a provider, with the secret that it names."""
    (folder / "oidc.secret").write_text(f"{SECRET}\n")
    file = folder / "sign-in.toml"
    file.write_text(PROVIDER.format(issuer=provider.issuer, more=more))
    return file
