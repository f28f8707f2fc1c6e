"""What-if: what drafts of rules would change for the phones there are, before they become active (rules 1.8)."""
