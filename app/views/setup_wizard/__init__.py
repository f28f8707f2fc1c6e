"""The pages of the Setup Wizard: one for each step, with the steps at the left (manual, chapter 4)."""
