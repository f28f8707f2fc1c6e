"""The Setup Wizard (manual, chapter 4): its steps for one tenant, how far each is, and what there is to do in it."""
