"""The command line: installs Ringmaster, starts its processes, and changes what has no screen."""
