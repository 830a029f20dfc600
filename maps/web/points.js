"use strict";
/* Draws very many points on one canvas. Text is data: it is shown through textContent. */
civmap.points = (key) => {
  const NEAR_PX = 9;
  const MOST_TOLD = 12;
  const FAR_ZOOM = 8;
  const FAR_PART = 0.6;
  const data = JSON.parse(document.getElementById("data-" + key).textContent);
  const count = data.style.length;
  const lon = sum(data.lon);
  const lat = sum(data.lat);
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const sprites = data.styles.map(makeSprite);

  function sum(steps) {
    const values = new Float64Array(steps.length);
    let at = 0;
    for (let i = 0; i < steps.length; i++) values[i] = (at += steps[i]) / 1e5;
    return values;
  }

  function makeSprite(style) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * style.size;
    const context = canvas.getContext("2d");
    context.scale((2 * style.size) / 24, (2 * style.size) / 24);
    const path = new Path2D(style.path);
    context.fillStyle = style.fill;
    context.strokeStyle = style.stroke;
    context.lineWidth = style.stroke_width;
    context.lineJoin = "round";
    context.fill(path);
    context.stroke(path);
    return { canvas, size: style.size };
  }

  const Points = L.Path.extend({
    initialize(options) {
      L.setOptions(this, options);
    },
    _project() {
      const bounds = L.bounds([]);
      for (let i = 0; i < count; i++) {
        const point = this._map.latLngToLayerPoint([lat[i], lon[i]]);
        x[i] = point.x;
        y[i] = point.y;
        bounds.extend(point);
      }
      const margin = L.point(24, 24);
      this._pxBounds = count ? L.bounds(bounds.min.subtract(margin), bounds.max.add(margin)) : bounds;
    },
    _update() {
      if (this._map) this._updatePath();
    },
    /* In the order of the input, so that no role hides the others; smaller from afar. */
    _updatePath() {
      const context = this._renderer._ctx;
      const { min, max } = this._renderer._bounds;
      const part = this._map.getZoom() < FAR_ZOOM ? FAR_PART : 1;
      for (let i = 0; i < count; i++) {
        const { canvas, size } = sprites[data.style[i]];
        const half = (size * part) / 2;
        if (x[i] < min.x - half || x[i] > max.x + half || y[i] < min.y - half || y[i] > max.y + half) continue;
        context.drawImage(canvas, x[i] - half, y[i] - half, 2 * half, 2 * half);
      }
    },
    _containsPoint() {
      return false;
    },
    onAdd(map) {
      L.Path.prototype.onAdd.call(this, map);
      this._renderer._container.style.pointerEvents = "none"; // what lies below stays within reach
      this._renderer._container.dataset.points = count;
      const box = map.getContainer();
      this._click = (event) => openNear(map, event);
      this._move = (event) => {
        const found = isOnMap(event) && findNear(map, event).length;
        box.style.cursor = found ? "pointer" : "";
      };
      box.addEventListener("click", this._click, true);
      box.addEventListener("mousemove", this._move);
    },
    onRemove() {
      const box = this._map.getContainer();
      box.removeEventListener("click", this._click, true);
      box.removeEventListener("mousemove", this._move);
      box.style.cursor = "";
      this._renderer._removePath(this);
    },
  });

  function isOnMap(event) {
    return !event.target.closest(".leaflet-control, .leaflet-popup");
  }

  /* The nearest point's number first. */
  function findNear(map, event) {
    const at = map.mouseEventToLayerPoint(event);
    const found = [];
    for (let i = 0; i < count; i++) {
      const apart = Math.hypot(x[i] - at.x, y[i] - at.y);
      if (apart <= NEAR_PX) found.push([apart, i]);
    }
    return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((each) => each[1]);
  }

  function openNear(map, event) {
    if (!isOnMap(event) || (map.dragging && map.dragging.moved())) return;
    const found = findNear(map, event);
    if (!found.length) return;
    event.stopPropagation();
    L.popup({ maxWidth: 340, minWidth: 200, maxHeight: 320 })
      .setLatLng([lat[found[0]], lon[found[0]]])
      .setContent(tell(found))
      .openOn(map);
  }

  function makeText(tag, text) {
    const element = document.createElement(tag);
    element.textContent = text;
    element.dir = "auto";
    return element;
  }

  function read(column, i) {
    return column.words[column.at ? column.at[i] : 0];
  }

  function tell(found) {
    const box = document.createElement("div");
    box.className = "civmap-popup";
    for (const i of found.slice(0, MOST_TOLD)) {
      box.append(makeText("h3", read(data.title, i)));
      const table = document.createElement("table");
      for (const [name, column] of data.rows) {
        const text = read(column, i);
        if (!text) continue;
        const row = table.insertRow();
        const head = makeText("th", name);
        head.scope = "row";
        row.append(head, makeText("td", text));
      }
      box.append(table);
      const note = data.note && read(data.note, i);
      if (note) box.append(makeText("p", note));
    }
    if (found.length > MOST_TOLD) box.append(makeText("p", data.more.replace("{count}", found.length - MOST_TOLD)));
    return box;
  }

  return new Points({ pane: key, interactive: false, renderer: L.canvas({ pane: key, padding: 0.2 }) });
};
