"""Publishers of data on people: one file each; see `geo.offers.DataSource`."""
