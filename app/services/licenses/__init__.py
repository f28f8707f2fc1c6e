"""The licence of the installation: which one counts, how much room it leaves, and what follows (manual, chapter 7)."""
