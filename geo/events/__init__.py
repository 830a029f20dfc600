"""Events from any input: an article or an event table."""

from geo.events.event import Event, EventSet
from geo.events.read import read_events, read_events_from_bytes

__all__ = ["Event", "EventSet", "read_events", "read_events_from_bytes"]
