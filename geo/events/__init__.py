"""Events from any input: an article or an event table."""

from geo.events.event import Event, EventSet
from geo.events.options import TableOptions
from geo.events.read import ArticleReader, read_events, read_events_from_bytes
from geo.events.type_radii import read_type_radii

__all__ = [
    "ArticleReader",
    "Event",
    "EventSet",
    "TableOptions",
    "read_events",
    "read_events_from_bytes",
    "read_type_radii",
]
