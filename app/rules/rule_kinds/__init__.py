"""What the rules of each kind may say: how it is filled in, kept, told in a sentence, and understood."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.models.enums import RuleKind
from app.rules.rule_kinds.correlate import CORRELATE
from app.rules.rule_kinds.escalate import ESCALATE
from app.rules.rule_kinds.flap import FLAP
from app.rules.rule_kinds.route import ROUTE
from app.rules.rule_kinds.spec import RuleKindSpec
from app.rules.rule_kinds.suppress import SUPPRESS
from app.rules.rule_kinds.zero_touch import FIRMWARE, PLACEMENT, TEMPLATE

SPECS: Mapping[RuleKind, RuleKindSpec[Any]] = MappingProxyType(
    {spec.kind: spec for spec in (PLACEMENT, TEMPLATE, FIRMWARE, SUPPRESS, CORRELATE, FLAP, ESCALATE, ROUTE)}
)
"""The kinds of rules that can be written, in the order in which people choose from them."""
