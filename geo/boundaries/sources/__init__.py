"""Publishers of boundaries: one file each; see `geo.offers.DataSource`."""
