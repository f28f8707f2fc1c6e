"""The scheduler: one elected process that does what is due."""
