"""The ways to sign in beside passwords of this installation's own: what an administrator writes into one TOML file."""
