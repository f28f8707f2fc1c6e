"""How many phones there are of each kind: the one place that counts them, for every screen."""
