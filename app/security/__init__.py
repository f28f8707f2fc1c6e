"""Who may do what, whose rows a session sees, and secrets at rest."""
