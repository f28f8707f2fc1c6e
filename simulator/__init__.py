"""Phones that behave like real ones, for trying a configuration, for the demo, the tests and the benchmarks.

An independent reading of the protocol between phones and their manager: nothing here knows how the manager
is built. ``python -m simulator --help`` runs a fleet; ``simulator.fleet.Fleet`` is the same for programs.
"""
