"""The error tree of civmap.

    CivmapError                 exit status 1 (never raised as such)
    ├── UsageError(ValueError)        2  the call or the options are wrong
    ├── InputError(ValueError)        3  the input is bad
    │   ├── TextError                    an article can't be read
    │   ├── TableError                   an event or displacement table
    │   ├── RasterError                  a population raster
    │   ├── BoundaryError                a boundary or zone file
    │   ├── RunError                     a run database of another schema
    │   └── StaleError                   figures or a population too old for the day
    └── UnavailableError(OSError)     4  something that is needed can't be had
        └── ChangedError                 a file on a server that changed while it was read

Every message says what is wrong (with the value), where, what was expected and what to do.
"""

from __future__ import annotations


class CivmapError(Exception):
    """Root of all errors that civmap raises on purpose.

    Attributes
    ----------
    exit_status
        What the command exits with when this error ends it.
    """

    exit_status = 1


class UsageError(CivmapError, ValueError):
    """The call or the options are wrong."""

    exit_status = 2


class InputError(CivmapError, ValueError):
    """The input was read and is bad."""

    exit_status = 3


class TextError(InputError):
    """An article is empty, too large, or no text."""


class TableError(InputError):
    """An event or displacement table has wrong columns or values."""


class RasterError(InputError):
    """A population raster has no CRS, an absurd size, undeclared nodata, or another format."""


class BoundaryError(InputError):
    """A boundary or zone file has broken rings, no polygons, or no P-codes."""


class RunError(InputError):
    """A run database is of another schema, or of another program."""


class StaleError(InputError):
    """Figures or a population are too old for the day, and that was not accepted."""


class UnavailableError(CivmapError, OSError):
    """A file, folder, lock or network resource that is needed can't be had."""

    exit_status = 4


class ChangedError(UnavailableError):
    """A file on a server became another one while parts of it were read; to start anew may help."""
