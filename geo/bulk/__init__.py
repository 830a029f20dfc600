"""Bulk exposure: an event table or polygons and a population raster in, people within reach out."""

from geo.bulk.exposure import expose, write_exposure
from geo.bulk.request import MODES, Request

__all__ = ["MODES", "Request", "expose", "write_exposure"]
