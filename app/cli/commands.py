"""The commands of `python run.py`; what goes wrong in them is told in sentences, without a trace."""

import argparse
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app import create_app, support_bundle
from app.cli import accounts, demo, directory, keys, servers, together
from app.cli.backup import commands as backups
from app.cli.listeners import listen_for_phones, listen_for_screens
from app.cli.new_file import new_file
from app.cli.release import opened_database, release
from app.errors import InvalidInputError, NotFoundError, RingmasterError
from app.logs import writing as logs
from app.rendering.secret_parameters import MASK
from app.rules import licenses
from app.security import issuer
from app.security.tenant_scope import ALL_TENANTS
from app.services import firmware
from app.services import settings as system_settings
from app.services.author import Author
from app.services.firmware import files
from app.services.licenses import installed
from app.services.settings.catalogue import CATALOGUE
from app.transaction import writing
from config import Settings, SettingsError, describe_unknown_settings, load_settings

_SERVE = {"run", "demo", "web", "plane", "scheduler"}
WENT_WRONG, WRONG_SETTINGS, INTERRUPTED = 1, 2, 130

Command = Callable[[Settings, argparse.Namespace], None]


def main(words: Sequence[str]) -> int:
    """Do what the words of the command line ask; return the exit code: 0, 1 for an error, 2 for wrong settings."""
    given = _parser().parse_args(words)
    try:
        if given.name == "demo":
            os.environ.update(demo.environment(os.environ))
        settings = load_settings()
        _begin_log(given.name, settings)
        for sentence in describe_unknown_settings(os.environ):
            print(sentence, file=sys.stderr)
        given.command(settings, given)
    except SettingsError as error:
        return _tell(error, WRONG_SETTINGS)
    except RingmasterError as error:
        return _tell(error, WENT_WRONG)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _begin_log(name: str, settings: Settings) -> None:
    """Begin the log: of a command beside its answer, and in no file, which might then be another account's."""
    plan = logs.plan_of(settings)
    if name in _SERVE:
        logs.configure(name, plan)
    else:
        logs.configure(name, replace(plan, folder=None), sys.stderr)


def _tell(error: Exception, exit_code: int) -> int:
    print(error, file=sys.stderr)
    return exit_code


def _run(settings: Settings, _given: argparse.Namespace) -> None:
    together.run(settings)


def _demo(settings: Settings, _given: argparse.Namespace) -> None:
    demo.run(settings)


def _init(settings: Settings, _given: argparse.Namespace) -> None:
    made_password = release(settings)
    if made_password and not settings.admin_password:
        print(
            f"The account {accounts.FIRST_ADMINISTRATOR} has the password {made_password}, shown this once."
        )


def _web(settings: Settings, _given: argparse.Namespace) -> None:
    servers.serve_web(settings, listen_for_screens(settings))


def _plane(settings: Settings, _given: argparse.Namespace) -> None:
    servers.serve_plane(settings, listen_for_phones(settings))


def _scheduler(settings: Settings, _given: argparse.Namespace) -> None:
    servers.serve_scheduler(settings)


def _set(settings: Settings, given: argparse.Namespace) -> None:
    with opened_database(settings) as database, writing(database, ALL_TENANTS) as session:
        kept = system_settings.change(
            session, given.setting, given.value, author=Author("command line"), now=datetime.now(UTC)
        )
    shown = MASK if CATALOGUE[given.setting].is_secret else kept
    print(f"{given.setting} is '{shown}'.")


def _add_firmware(settings: Settings, given: argparse.Namespace) -> None:
    if not given.file.is_file():
        raise NotFoundError(f"There is no file {given.file}.")
    name = firmware.check_name(given.firmware or given.file.name)
    with (
        opened_database(settings) as database,
        files.taken_in(settings.firmware_folder, given.file) as stored,
        writing(database, ALL_TENANTS) as session,
    ):
        firmware.put(session, stored, name, author=Author("command line"), now=datetime.now(UTC))
    print(f"Phones get {name} with {stored.size:,} bytes.")


def _reset_password(settings: Settings, given: argparse.Namespace) -> None:
    password = accounts.reset_password(create_app(settings), given.account)
    print(f"The account {given.account} has the password {password}, shown this once.")


def _reset_second_factor(settings: Settings, given: argparse.Namespace) -> None:
    accounts.reset_second_factor(create_app(settings), given.account)
    print(f"The account {given.account} signs in without a code now, and was signed out everywhere.")


def _make_support_bundle(settings: Settings, given: argparse.Namespace) -> None:
    now = datetime.now(UTC)
    file: Path = given.file or Path(support_bundle.file_name(now))
    with opened_database(settings) as database, new_file(file) as target:
        for piece in support_bundle.bundle(database, settings, now=now):
            target.write(piece)
    print(f"{file} has all but passwords, keys and tokens; names and addresses are in it.")


def _make_license_keys(_settings: Settings, given: argparse.Namespace) -> None:
    made = issuer.make_keys(given.folder)
    print(
        f"{made.private_key} signs licences: keep it where Ringmaster does not run.\n"
        f"Installations that go by them are started with RINGMASTER_LICENSE_PUBLIC_KEY={made.public_key}"
    )


def _issue_license(_settings: Settings, given: argparse.Namespace) -> None:
    values = (
        given.id or secrets.token_hex(4),
        given.holder,
        given.begin or datetime.now(UTC).astimezone().date().isoformat(),  # the day where it is issued
        given.until,
        given.devices,
    )
    license_ = licenses.license_of(dict(zip(licenses.FIELDS, values, strict=True)))
    signature = issuer.sign(given.key, license_.text)
    print(licenses.SignedLicense(license_, signature).text, end="")


def _install_license(settings: Settings, given: argparse.Namespace) -> None:
    try:
        with given.file.open("rb") as file:
            text = file.read(4 * licenses.MOST_CHARACTERS + 1).decode()
    except OSError as error:
        raise NotFoundError(f"The file {given.file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{given.file} is no licence: it is no text in UTF-8.") from error
    with opened_database(settings) as database, writing(database, ALL_TENANTS) as session:
        new = installed.install(session, text, author=Author("command line"), now=datetime.now(UTC))
    print(f"The licence {new.id} of {new.holder} is installed; every process goes by it within seconds.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python run.py",
        description="Without a command: start phone plane, web server and scheduler together.",
        epilog="The settings of the environment are described in docs/configuration.md.",
        allow_abbrev=False,
    )
    parser.set_defaults(name="run", command=_run)
    commands = parser.add_subparsers(title="commands", metavar="")
    _add(commands, "init", _init, "bring the database to this version; once before the processes are started")
    _add(commands, "web", _web, "start the web server alone")
    _add(commands, "plane", _plane, "start the phone plane alone")
    _add(commands, "scheduler", _scheduler, "start a scheduler alone; of several, one does the work")
    _add(commands, "demo", _demo, "start with a made-up company and simulated phones")
    setting = _add(commands, "set", _set, "change a system setting", epilog=_describe_system_settings())
    setting.add_argument("setting", help="its name, one of those below")
    setting.add_argument("value", help="its value")
    file = _add(commands, "firmware", _add_firmware, "take in a firmware file for phones")
    file.add_argument("file", type=Path, help="the .img or .dfu file")
    file.add_argument("--name", dest="firmware", help="the name phones ask for, such as 450HD.img")
    _add_backup_commands(commands)
    _add_key_commands(commands)
    _add_license_commands(commands)
    bundle = _add(commands, "support-bundle", _make_support_bundle, "pack what says how this installation is")
    bundle.add_argument("file", type=Path, nargs="?", help="where it is written (named after the time)")
    password = _add(commands, "reset-password", _reset_password, "give an account another password")
    password.add_argument("account", nargs="?", default=accounts.FIRST_ADMINISTRATOR, help="%(default)s")
    factor = _add(
        commands, "reset-second-factor", _reset_second_factor, "let an account in whose second factor is lost"
    )
    factor.add_argument("account", nargs="?", default=accounts.FIRST_ADMINISTRATOR, help="%(default)s")
    found = _add(
        commands,
        "test-directory",
        directory.test,
        "tell what the directory says of somebody, and what it gives",
    )
    found.add_argument("person", help="the name that is typed at sign-in")
    return parser


def _add_backup_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = _add(
        commands, "backup", backups.back_up, "write database, firmware and key to one file, while all goes on"
    )
    backup.add_argument("file", type=Path, help="the file to write, which must not be there yet")
    restored = _add(commands, "restore", backups.restore, "put back what `backup` wrote")
    restored.add_argument("file", type=Path, help="the file that was written")
    restored.add_argument("--replace", action="store_true", help="in the place of what is there")
    for command in (backup, restored):
        command.add_argument(
            "--passphrase-file",
            type=Path,
            help="has the passphrase that encrypts the backup, with the key in it",
        )


def _add_key_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _add(
        commands,
        "new-key",
        keys.new_key,
        "put a new key before the one that encrypts secrets and signs sessions",
    )
    anew = _add(
        commands, "re-encrypt", keys.re_encrypt, "encrypt all secrets with the new key, while all goes on"
    )
    anew.add_argument("--check", action="store_true", help="change nothing, tell what is left")
    _add(
        commands, "drop-old-keys", keys.drop_old_keys, "take the old key away, once nothing needs it any more"
    )


def _add_license_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    keys = _add(commands, "license-keys", _make_license_keys, "make the keys of somebody who issues licences")
    keys.add_argument("folder", type=Path, help="where they are written")
    issued = _add(commands, "license", _issue_license, "issue a licence, to the standard output")
    issued.add_argument("--key", type=Path, required=True, help="the private key, license.key")
    issued.add_argument("--holder", required=True, help="who may use Ringmaster")
    issued.add_argument("--devices", required=True, help=f"for how many devices, or {licenses.UNLIMITED}")
    issued.add_argument(
        "--until", required=True, help=f"its last day, such as 2027-12-31, or {licenses.UNLIMITED}"
    )
    issued.add_argument("--from", dest="begin", help="its first day (today)")
    issued.add_argument("--id", help="its number in the issuer's books (made up)")
    installation = _add(commands, "install-license", _install_license, "install a licence")
    installation.add_argument("file", type=Path, help="the licence as it was issued")


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    command: Command,
    meaning: str,
    epilog: str | None = None,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name,
        help=meaning,
        description=f"{meaning.capitalize()}.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(name=name, command=command)
    return parser


def _describe_system_settings() -> str:
    return "\n".join(
        f"{setting.name:24}{setting.meaning} ({setting.default or 'empty'})" for setting in CATALOGUE.values()
    )
