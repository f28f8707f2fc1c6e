"""What-if of rules for alarms: what was recorded is played through the active rules and through drafts (rules 3.5)."""
