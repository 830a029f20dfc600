"""A run as an OGC API on this machine: features and coverages, by way of pygeoapi."""
