"""Publishers of event data: one file each; see `geo.offers.DataSource`."""
