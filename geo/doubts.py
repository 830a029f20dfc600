"""What ranges are made of: the sources of doubt by name, and how many draws are made."""

DOUBTS = ("place", "radius", "population", "growth", "displacement", "spread")
"""Sources of doubt: where the event is, how far the threat reaches, the population source, growth
since its year, the displacement figures, how people are spread inside a unit."""

COUNT = 10_000
"""Draws of a run, where nothing else is asked for."""
