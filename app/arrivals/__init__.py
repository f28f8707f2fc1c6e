"""Files that come in by HTTP: taken piece by piece, as many at once as leave threads to others."""
