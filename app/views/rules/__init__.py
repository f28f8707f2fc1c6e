"""Pages on which rules are written, activated and explained; all kinds of rules have the same."""
