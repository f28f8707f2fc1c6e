"""Measures what the phones' side of Ringmaster costs, beside a bare Flask application in the same minutes."""
