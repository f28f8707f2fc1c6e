"""How this installation is: whether it can serve, and figures for whoever watches over it."""
