"""Two runs compared: what changed, by how much, and why.

`compare_runs` pairs the zones and units of two run databases, takes their figures apart, and
tells what differs between the runs as date, data and method.
"""

from geo.comparison.compare import compare_runs

__all__ = ["compare_runs"]
