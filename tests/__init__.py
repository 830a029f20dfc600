"""Tests of civmap. A package, since other distributions install one of this name too."""
