"""Ways to sign in for the tests: a file beside the database, and an application that goes by it."""

import dataclasses
from pathlib import Path

from flask import Flask

from app.views import outside_sign_in
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


def go_by(app: Flask, file: Path) -> None:
    """Let an application go by a file of ways to sign in."""
    settings = app.extensions["ringmaster_settings"]
    app.extensions["ringmaster_settings"] = dataclasses.replace(settings, sign_in_file=file)
    outside_sign_in.install(app)


def write_directory(folder: Path, slapd: Slapd, port: int | None = None) -> Path:
    """Write the file for a directory, with what it names."""
    (folder / "ca.pem").write_text(slapd.certificate)
    (folder / "reader").write_text(f"{READER_PASSWORD}\n")
    file = folder / "sign-in.toml"
    file.write_text(DIRECTORY.format(port=port or slapd.tls_port))
    return file
