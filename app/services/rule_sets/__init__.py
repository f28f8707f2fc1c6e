"""Lists of rules that administrators write: drafts, checks, activation, older versions, hits (rules 1.3)."""
