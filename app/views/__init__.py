"""What people see: the screens, on Flask-AppBuilder."""
