"""A package: other distributions install one that is called tests, and would come first."""
