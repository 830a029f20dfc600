"""The formats of a bundle, one file each: `write_<format>(release, folder)`."""
