"""What follows from the decisions of Zero Touch, for all phones at once: users, devices, files, kept decisions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.models import Decision
from app.models.enums import Stage
from app.rules.ordered.verdicts import Verdict
from app.rules.zero_touch.trace import Step, steps_as_json
from app.services import config_files, devices, phone_users
from app.services.config_files.sources import Sources
from app.services.devices import Holder, NewDevice, SignIn
from app.services.licenses import room
from app.services.phone_users import NamedUser, UserKey
from app.services.rule_sets import hits
from app.services.status_rows import StatusRow


@dataclass(frozen=True, slots=True)
class _Joining:
    """A phone that becomes a device; a ``user`` whom it reports is found or made, and signed in on it."""

    row: StatusRow
    device: NewDevice
    user: NamedUser | None


@dataclass(frozen=True, slots=True)
class _SigningIn:
    """A device on which a user is signed in, and whose it is until then."""

    row: StatusRow
    holder: Holder
    user: NamedUser


class Effects:
    """Collects what follows for phones, at most one thing of each kind for each, and carries it out in bulk.

    The number of statements does not depend on the number of phones (docs/decisions/0014).
    """

    def __init__(self, session: Session, sources: Sources, now: datetime) -> None:
        self._session = session
        self._sources = sources
        self._now = now
        self._clear()

    def join(self, row: StatusRow, device: NewDevice, user: NamedUser | None = None) -> None:
        """Let a phone become a device; its row gets the device's id."""
        self._joining.append(_Joining(row, device, user))

    def sign_in(self, row: StatusRow) -> None:
        """Let the user whom a device reports be the one who is signed in on it."""
        self._signed_in.append(row)

    def give_template(self, row: StatusRow, **given: int | None) -> None:
        """Give a device its ``template``, its ``model`` and, where it has none, ``firmware``."""
        self._templates.append({"device_id": row["device_id"], **given})

    def keep_decision(self, row: StatusRow, decision: dict[str, Any], decided_by: Iterable[str] = ()) -> None:
        """Keep a decision; it names the device that the phone is by then, and counts for the rules that decided."""
        self._decisions.append((row, decision))
        self._hits.update(decided_by)

    def carry_out(self) -> None:
        """Do all of it, users before devices and devices before their files, and start anew.

        Phones for which licences have no room are left out: their rows say so.
        """
        self._hold_back()
        signing_in = self._read_signing_in()
        named = [phone.user for phone in self._joining if phone.user]
        named += [phone.user for phone in signing_in]
        users = phone_users.find_or_add_all(self._session, named, now=self._now)
        self._add_devices(users)
        changed = self._sign_in_all(signing_in, users)
        devices.give_templates(self._session, self._templates)
        self._generate_files(changed)
        self._keep_decisions()
        self._clear()

    def _clear(self) -> None:
        self._joining: list[_Joining] = []
        self._signed_in: list[StatusRow] = []
        self._templates: list[dict[str, int | None]] = []
        self._decisions: list[tuple[StatusRow, dict[str, Any]]] = []
        self._hits = Counter[str]()

    def _hold_back(self) -> None:
        """Block the phones for which licences have no room, in the order in which they came.

        Of one that was blocked before no decision is kept once more.
        """
        if not self._joining:
            return
        free = room.lock(self._session, {phone.row["tenant_id"] for phone in self._joining}, now=self._now)
        joining: list[_Joining] = []
        known: set[str] = set()
        blocked: dict[str, str] = {}
        for phone in self._joining:
            row = phone.row
            refusal = free.take(row["tenant_id"])
            if not refusal:
                row["is_blocked"] = False
                joining.append(phone)
                continue
            if row["is_blocked"]:
                known.add(row["mac"])
            blocked[row["mac"]] = sentence = f"The phone is blocked. {refusal}"
            row |= {"is_blocked": True, "placement_reason": sentence}
        self._joining = joining
        self._decisions = [
            (row, _blocked(decision, blocked[row["mac"]]) if row["mac"] in blocked else decision)
            for row, decision in self._decisions
            if row["mac"] not in known
        ]

    def _read_signing_in(self) -> list[_SigningIn]:
        """Return who signs in where, without those whose name is none."""
        holders = devices.holders_of(self._session, [row["device_id"] for row in self._signed_in])
        found = []
        for row in self._signed_in:
            holder = holders[row["device_id"]]
            user = phone_users.reported(holder.tenant_id, row["user_id"], row["user_name"])
            if user is not None:
                found.append(_SigningIn(row, holder, user))
        return found

    def _add_devices(self, users: dict[UserKey, int]) -> None:
        added = [_with_user(phone, users) for phone in sorted(self._joining, key=_mac)]
        ids = devices.add_all(self._session, added, now=self._now)
        for phone in self._joining:
            phone.row["device_id"] = ids[phone.row["mac"]]

    def _sign_in_all(self, signing_in: Iterable[_SigningIn], users: dict[UserKey, int]) -> list[int]:
        """Sign in those who are not signed in already, and return the devices."""
        sign_ins = [
            SignIn(
                device_id=phone.row["device_id"],
                mac=phone.row["mac"],
                holder=phone.holder,
                user_id=users[phone.user.key],
                user_name=phone.user.name,
                address=phone.row["external_ip"],
            )
            for phone in signing_in
            if users[phone.user.key] != phone.holder.user_id
        ]
        devices.sign_in_all(self._session, sign_ins, now=self._now)
        return [sign_in.device_id for sign_in in sign_ins]

    def _generate_files(self, signed_in: Iterable[int]) -> None:
        joined = [phone.row["device_id"] for phone in self._joining]
        supplied = [template["device_id"] for template in self._templates]
        changed = dict.fromkeys((*joined, *signed_in, *supplied))
        config_files.generate_many(self._session, list(changed), now=self._now, sources=self._sources)

    def _keep_decisions(self) -> None:
        if self._decisions:
            rows = [{**decision, "device_id": row["device_id"]} for row, decision in self._decisions]
            # One statement for those with a device and those without.
            self._session.execute(insert(Decision).execution_options(render_nulls=True), rows)
            hits.count(self._session, self._hits, now=self._now)


def _mac(phone: _Joining) -> str:
    return str(phone.row["mac"])


def _blocked(decision: dict[str, Any], sentence: str) -> dict[str, Any]:
    """Return a decision of which nothing came, because licences have no room."""
    outcome = decision["outcome"]
    step = Step(Stage.PLACEMENT, "placement.license", "Licence", Verdict.NOT_MATCHED, sentence)
    return {
        **decision,
        "outcome": {**outcome, "reasons": [sentence, *outcome["reasons"]]},
        "steps": [*decision["steps"], *steps_as_json([step])],
    }


def _with_user(phone: _Joining, users: dict[UserKey, int]) -> NewDevice:
    if phone.user is None:
        return phone.device
    columns = {**phone.device.columns, "phone_user_id": users[phone.user.key]}
    return NewDevice(columns, phone.device.author)
