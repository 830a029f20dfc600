"""Runs of very many events: a figure for each event, and the unions of what lies round them."""

from geo.large.count import LargeCount, count_large
from geo.large.stored import MOST_PLACES, refuse_options

__all__ = ["MOST_PLACES", "LargeCount", "count_large", "refuse_options"]
