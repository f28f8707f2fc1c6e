"""``parameter = value`` lines laid over the files of a tenant's, a site's or a user's phones at the next Generate."""
