"""Files that others use."""
