"""Made-up phones and rules of the size that a large installation may have, the same in every run."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.models.enums import Stage
from app.rules.conditions.form import Form
from app.rules.conditions.tree import Condition
from app.rules.conditions.vocabulary import Vocabulary
from app.rules.ordered.rule import Rule

STAGES = tuple(Stage)
_MODELS = ("405", "420HD", "430HD", "440HD", "445HD", "450HD", "C450HD", "VVX 410", "T46S", "D785")
_TENANTS = tuple(f"tenant {number}" for number in range(20))
_SITES = tuple(f"site {number}" for number in range(200))
_VERSIONS = tuple(f"UC_3.{minor}.{patch}.{patch * 37}" for minor in range(5) for patch in range(1, 10))
_PREFIXES = ("00908f", "0004f2", "805ec0")
_USERS = ("sales", "support", "lab", "office", "lobby")
NAMES = {"model": _MODELS, "tenant": _TENANTS, "site": _SITES}
_MOST_ROWS = 5


@dataclass(frozen=True, slots=True)
class Fleet:
    """The facts of phones as they are written, and where placement put each."""

    phones: Sequence[dict[str, str | None]]
    places: Sequence[dict[str, str | None]]


def make_fleet(count: int) -> Fleet:
    """Return so many phones; one in five has nobody signed in."""
    drawn = random.Random(1)
    monday = datetime.fromisoformat("2026-11-23")
    phones: list[dict[str, str | None]] = [
        {
            "vendor": "AudioCodes",
            "model": drawn.choice(_MODELS),
            "ip": f"10.{drawn.randrange(40)}.{drawn.randrange(256)}.{drawn.randrange(256)}",
            "mac": f"{drawn.choice(_PREFIXES)}{drawn.getrandbits(24):06x}",
            "firmware": drawn.choice(_VERSIONS),
            "train": "UC",
            "user": f"{drawn.choice(_USERS)}-{number}@acme.com" if number % 5 else None,
            "via_proxy": "no",
            "now": (monday + timedelta(minutes=drawn.randrange(7 * 24 * 60))).isoformat(),
        }
        for number in range(count)
    ]
    places: list[dict[str, str | None]] = [
        {"tenant": drawn.choice(_TENANTS), "site": drawn.choice(_SITES)} for _ in range(count)
    ]
    return Fleet(phones, places)


def make_rules(stage: Stage, count: int, *, names_models: bool = True) -> list[Rule[int]]:
    """Return so many rules of two to five rows, now and then with an exception.

    Without names of models and tenants, every rule may match at every phone: nothing can be passed over.
    """
    drawn = random.Random(STAGES.index(stage))
    vocabulary = Vocabulary(stage, NAMES)
    rules = []
    for number in range(count):
        rows = [
            _row(drawn, vocabulary, names_models=names_models) for _ in range(drawn.randint(2, _MOST_ROWS))
        ]
        excepted = tuple(rows[-1:]) if number % 10 == 0 else ()
        form = Form(tuple(rows[: len(rows) - len(excepted)]), excepted)
        rules.append(Rule(f"{stage}-{number}", number, f"no {number}", form.as_tree(), number))
    return rules


def _row(drawn: random.Random, vocabulary: Vocabulary, *, names_models: bool) -> Condition:
    fields = ["ip", "mac", "firmware", "user", "now"]
    if names_models:
        fields += ["model", "model"] + (["tenant", "tenant", "site"] if "tenant" in vocabulary.fields else [])
    field = drawn.choice(fields)
    operator, values = _asked(drawn, field)
    return vocabulary.condition(field, operator, values)


def _asked(drawn: random.Random, field: str) -> tuple[str, list[str]]:
    made: dict[str, tuple[str, list[str]]] = {
        "model": ("in", drawn.sample(_MODELS, drawn.randint(1, 3))),
        "tenant": ("=", [drawn.choice(_TENANTS)]),
        "site": ("in", drawn.sample(_SITES, 10)),
        "ip": ("in", [f"10.{drawn.randrange(40)}.0.0/16" for _ in range(drawn.randint(1, 4))]),
        "mac": ("in", [drawn.choice(_PREFIXES)]),
        "firmware": (drawn.choice(["<", ">="]), [drawn.choice(_VERSIONS)]),
        "user": ("~", [f"{drawn.choice(_USERS)}-{drawn.randrange(10)}*"]),
        "now": ("in", ["mon-fri@08:00-18:00"]),
    }
    return made[field]
