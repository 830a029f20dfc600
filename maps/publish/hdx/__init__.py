"""The Humanitarian Data Exchange (HDX) as a way out: what is said of a bundle there, and sent."""
