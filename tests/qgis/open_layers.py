"""Open a GeoPackage of layers in QGIS, as a user does, and draw what is seen: `make test-qgis`.

Runs in the system's Python, to which Debian's python3-qgis belongs:
`python3 tests/qgis/open_layers.py LAYERS.gpkg FOLDER`. Ends with status 1 where something is wrong.
"""

import sys
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

ORDER = ("events", "zones", "admin", "units")  # from the top
KINDS = {"admin", "disc", "ring", "drawn", "union", ""}
ROLES = {"threatened", "site", "venue", "mentioned", ""}
PEOPLE = [-1, 0, 10_000, 50_000, 100_000, 500_000, 1_000_000]
MARKING = "Not for targeting"
SIZE = QSize(1400, 1000)


def check(condition, text):
    if not condition:
        sys.exit(f"wrong: {text}")


def open_layer(path, name):
    """Open a layer as QGIS does when a user adds it: with its default style and metadata."""
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    check(layer.isValid(), f"{name} is no valid layer")
    text, loaded = layer.loadDefaultStyle()
    check(loaded, f"{name} has no default style: {text}")
    check(layer.crs().authid() == "EPSG:4326", f"{name} is in {layer.crs().authid()}")
    check(MARKING in layer.metadata().abstract(), f"{name} does not say what it is not for")
    check(layer.metadata().licenses(), f"{name} has no licences")
    check(layer.labelsEnabled(), f"{name} has no labels")
    labeling = layer.labeling()
    for provider in labeling.subProviders():
        settings = labeling.settings(provider)
        if settings.fieldName:
            check_labels(layer, settings.fieldName)
    return layer


def check_labels(layer, text):
    """Each row has a label: an expression that goes wrong gives none."""
    expression = QgsExpression(text)
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    for feature in layer.getFeatures():
        context.setFeature(feature)
        label = expression.evaluate(context)
        check(isinstance(label, str) and label, f"{layer.name()}: {expression.evalErrorString()}")


def check_renderers(layers):
    zones, events = layers["zones"].renderer(), layers["events"].renderer()
    for renderer, column, values in ((zones, "kind", KINDS), (events, "role", ROLES)):
        check(renderer.type() == "categorizedSymbol", f"{column}: {renderer.type()}")
        check(renderer.classAttribute() == column, renderer.classAttribute())
        found = {each.value() for each in renderer.categories()}
        check(found == values, f"{column}: {found}")
    shapes = {
        (each.symbol().symbolLayer(0).shape(), each.symbol().symbolLayer(0).color().name())
        for each in events.categories()
    }
    check(len({colour for _, colour in shapes}) == len(ROLES), f"colours of events: {shapes}")
    check(len({shape for shape, _ in shapes}) == len(ROLES) - 1, f"shapes of events: {shapes}")
    units = layers["units"].renderer()
    check(units.type() == "graduatedSymbol", units.type())
    check([each.lowerValue() for each in units.ranges()] == PEOPLE, "people classes")
    check(layers["admin"].renderer().type() == "singleSymbol", "parts have one symbol")


def count_drawn(layer):
    """Return how many features of a layer get a symbol."""
    context, renderer = QgsRenderContext(), layer.renderer().clone()
    known = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setExpressionContext(known)
    renderer.startRender(context, layer.fields())
    drawn = 0
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        drawn += renderer.symbolForFeature(feature, context) is not None
    renderer.stopRender(context)
    return drawn


def draw(layers, extent, path):
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setBackgroundColor(QColor("#dce8f1"))
    settings.setOutputSize(SIZE)
    settings.setOutputDpi(96)
    settings.setExtent(extent)
    settings.setDestinationCrs(layers[0].crs())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    check(not job.errors(), [each.message for each in job.errors()])
    image = job.renderedImage()
    seen = {image.pixel(x, y) for x in range(0, SIZE.width(), 7) for y in range(0, 1000, 7)}
    check(len(seen) > 20, f"{path.name} is nearly empty")
    check(image.save(str(path)), f"{path} can't be written")
    print(path)


def find_extent(layer):
    extent = QgsRectangle(layer.extent())
    extent.scale(1.3)
    return extent


def main():
    path, folder = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    application = QgsApplication([], False)
    application.initQgis()
    layers = {name: open_layer(path, name) for name in ORDER}
    QgsProject.instance().addMapLayers(list(layers.values()))
    check_renderers(layers)
    for name, layer in layers.items():
        drawn = count_drawn(layer)
        check(drawn == layer.featureCount() > 0, f"{name}: {drawn} of {layer.featureCount()} drawn")
    extent = find_extent(layers["zones"])
    draw([layers[name] for name in ("events", "zones", "units")], extent, folder / "qgis.png")
    draw([layers["admin"]], extent, folder / "qgis-admin.png")
    print(f"QGIS {Qgis.QGIS_VERSION} opens {', '.join(layers)} styled")
    application.exitQgis()


main()
