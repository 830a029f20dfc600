"""How the published layers are drawn, in QGIS, on servers and on globes: as on the page."""
