"""Zones x people: what lies within reach, counted exactly, with a range."""
