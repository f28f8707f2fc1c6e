"""What programs call: resources under /api/v1 over the services, with tokens (docs/rest-api.md, decision 0060)."""
