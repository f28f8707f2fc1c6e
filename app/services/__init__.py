"""Use cases in an administrator's words: they load, ask a rule and change rows; they never commit."""
