"""How a rule stood to a phone."""

from enum import StrEnum


class Verdict(StrEnum):
    """How a rule stood to a phone; stored decisions have these words.

    ``not_known`` when a fact it needs is missing; ``shadowed`` when it would match and an earlier one decided;
    ``not_reached`` when it was not asked, because an earlier one decided.
    """

    MATCHED = "matched"
    NOT_MATCHED = "not_matched"
    SHADOWED = "shadowed"
    DISABLED = "disabled"
    OUT_OF_DATES = "out_of_dates"
    NOT_KNOWN = "not_known"
    NOT_REACHED = "not_reached"
