"use strict";
/* The pictures of two layers on one map, each on its side of a divider: their panes are clipped. */
civmap.compare = (key, layers) => {
  const data = civmap.readData(key);
  const pictures = layers.flatMap((layer) => layer.getLayers());
  // copies: the layers themselves come and go by their own switches
  const group = L.layerGroup(pictures.map((picture) => L.imageOverlay(picture._url, picture.getBounds(), picture.options)));
  const box = document.createElement("div");
  const line = document.createElement("div");
  const slider = document.createElement("input");
  let map = null;

  box.className = "civmap-divider";
  slider.type = "range";
  slider.dir = "ltr"; // left is left in every language
  slider.min = 0;
  slider.max = 100;
  slider.step = 1;
  slider.value = 50;
  slider.setAttribute("aria-label", data.divider);
  line.className = "line";
  line.append(...data.names.map((name, side) => civmap.makeText("span", name, ["left", "right"][side])));
  box.append(line, slider);
  L.DomEvent.disableClickPropagation(box);
  for (const event of ["keydown", "pointerdown"]) box.addEventListener(event, (e) => e.stopPropagation());

  function clip() {
    const size = map.getSize();
    const handle = parseFloat(getComputedStyle(slider).getPropertyValue("--handle")) || 0;
    const across = handle / 2 + ((size.x - handle) * slider.value) / 100;
    const first = map.containerPointToLayerPoint([0, 0]);
    const last = map.containerPointToLayerPoint(size);
    const middle = first.x + across;
    line.style.left = across + "px";
    for (const [side, [from, to]] of [[first.x, middle], [middle, last.x]].entries()) {
      const corners = [[from, first.y], [to, first.y], [to, last.y], [from, last.y]];
      const path = corners.map(([x, y]) => x + "px " + y + "px").join(", ");
      map.getPane(data.panes[side]).style.clipPath = "polygon(" + path + ")";
    }
  }

  /* The line is dragged too, not only its handle. */
  line.addEventListener("pointerdown", (event) => {
    line.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  line.addEventListener("pointermove", (event) => {
    if (!line.hasPointerCapture(event.pointerId)) return;
    const frame = box.getBoundingClientRect();
    slider.value = (100 * (event.clientX - frame.left)) / frame.width;
    clip();
  });
  slider.addEventListener("input", clip);

  group.on("add", () => {
    map = group._map;
    map.getContainer().append(box);
    map.on("move zoom zoomend viewreset resize", clip);
    clip();
  });
  group.on("remove", () => {
    box.remove();
    map.off("move zoom zoomend viewreset resize", clip);
    for (const pane of data.panes) map.getPane(pane).style.clipPath = "";
  });
  return group;
};
