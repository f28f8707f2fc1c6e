"""Measures what a keep-alive costs at both doors, beside a bare Flask application in the same minutes."""
