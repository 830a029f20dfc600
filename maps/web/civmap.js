"use strict";
/* Draws the page's data. Text is data: it is shown through textContent and nothing else. */
const civmap = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LEAST_TARGET = 24; // CSS pixels that a finger needs, WCAG 2.2 (2.5.8)
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = matchMedia("(max-width: 860px)").matches;
  // Popups open beside the controls, not under them; on a phone the controls give way. What gets the
  // keyboard's focus comes clear of them and of the credits. From the right: on the other sides.
  const mirrored = document.documentElement.dir === "rtl";
  const besides = narrow ? [0, 0] : mirrored ? [170, 60] : [60, 170];
  const POPUP = { maxWidth: 340, minWidth: 200, autoPanPaddingTopLeft: [5 + besides[0], 10], autoPanPaddingBottomRight: [5 + besides[1], 10] };
  const CLEAR = { paddingTopLeft: [besides[0] || 60, narrow ? 140 : 40], paddingBottomRight: [besides[1] || 60, narrow ? 50 : 100], animate: false };
  const labels = new Set();
  const begins = []; // what other scripts do once the map is there
  const amendments = {}; // by layer: from a feature's number to what its popup says now, if not its own
  let map = null;
  let opener = null; // what a popup was opened from by keyboard
  let words = null; // the page's own, in its language
  let chosen = null; // the view that was shown last, and where the map came to rest

  L.Map.mergeOptions({ zoomAnimation: !still, fadeAnimation: !still, markerZoomAnimation: !still, inertia: !still });
  if (still) {
    const { panBy } = L.Map.prototype;
    L.Map.include({ panBy(offset, options) { return panBy.call(this, offset, { ...options, animate: false }); } });
  }

  function readData(key) {
    return JSON.parse(document.getElementById("data-" + key).textContent);
  }

  function makeText(tag, text, className) {
    const element = document.createElement(tag);
    const isEnglish = typeof text === "object"; // whatever the page's language
    element.textContent = isEnglish ? text.english : text;
    const isOwn = document.documentElement.dir === "rtl" && /[\u0590-\u08ff]/.test(text);
    element.dir = isEnglish ? "ltr" : isOwn ? "rtl" : "auto";
    if (isEnglish) element.lang = "en";
    if (className) element.className = className;
    return element;
  }

  function makePopup(popup) {
    const box = document.createElement("div");
    box.className = "civmap-popup";
    box.dir = document.documentElement.dir;
    box.append(makeText("h3", popup.title));
    const table = document.createElement("table");
    for (const [name, value] of popup.rows) {
      const row = table.insertRow();
      const head = makeText("th", name);
      head.scope = "row";
      const cell = row.insertCell();
      cell.append(makeText("bdi", value));
      row.prepend(head);
    }
    if (popup.rows.length) box.append(table);
    for (const note of popup.notes) box.append(makeText("p", note));
    return box;
  }

  function makeMark(style, properties) {
    const svg = document.createElementNS(SVG, "svg");
    const path = document.createElementNS(SVG, "path");
    const reach = Math.max(style.size, LEAST_TARGET);
    const attributes = { width: style.size, height: style.size, viewBox: "0 0 24 24", "aria-hidden": "true" };
    for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
    const look = { d: style.path, fill: style.fill, stroke: style.stroke, "stroke-width": style.stroke_width, "stroke-linejoin": "round" };
    for (const [name, value] of Object.entries(look)) path.setAttribute(name, value);
    svg.append(path);
    return L.divIcon({
      className: "civmap-mark",
      html: svg,
      iconSize: [reach, reach],
      iconAnchor: [reach / 2 - (properties.offset_px || 0), reach / 2],
      popupAnchor: [properties.offset_px || 0, -style.size / 2],
    });
  }

  function makeLabel(label) {
    const icon = L.divIcon({ className: "civmap-label " + label.kind, html: makeText("span", label.text), iconSize: [0, 0] });
    icon.options.html.style.marginTop = (label.below || 0) + "px";
    const marker = L.marker(label.at, { icon, pane: "labels", interactive: false, keyboard: false });
    marker.label = label;
    marker.on("add", () => labels.add(marker));
    marker.on("remove", () => labels.delete(marker));
    return marker;
  }

  /* Only as many names as fit: by rank, each once, none over a mark or another name. */
  function settleLabels() {
    const zoom = map.getZoom();
    const texts = new Set();
    const taken = [...document.querySelectorAll(".civmap-mark")].map((mark) => mark.getBoundingClientRect());
    for (const marker of [...labels].sort((a, b) => a.label.rank - b.label.rank)) {
      const { text, zooms } = marker.label;
      const element = marker.getElement();
      const box = element.firstChild.getBoundingClientRect();
      const free = zooms[0] <= zoom && zoom <= zooms[1] && !texts.has(text) &&
        taken.every((t) => box.right < t.left || t.right < box.left || box.bottom < t.top || t.bottom < box.top);
      element.classList.toggle("hidden", !free);
      if (free) {
        taken.push(box);
        texts.add(text);
      }
    }
  }

  function makePointLayer(pane, style, properties, at) {
    if (properties.radius_m) return L.circle(at, { ...style, pane, radius: properties.radius_m, interactive: Boolean(properties.popup) });
    if (properties.dot_px) return L.circleMarker(at, { ...style, pane, radius: properties.dot_px, interactive: false });
    if (!style.path) return L.layerGroup();
    const name = properties.popup ? properties.popup.title : "";
    return L.marker(at, { pane, icon: makeMark(style, properties), title: name, alt: name, riseOnHover: true, autoPanOnFocus: false });
  }

  /* What says something can be reached and opened by keyboard. */
  function makeReachable(layer, name) {
    layer.on("add", () => {
      const element = layer.getElement && layer.getElement();
      if (!element) return;
      element.setAttribute("tabindex", "0");
      element.setAttribute("role", "button");
      element.setAttribute("aria-label", name);
      if (element.dataset.reachable) return;
      element.dataset.reachable = "yes";
      element.addEventListener("focus", () => bringIntoView(layer));
      element.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        opener = element;
        layer.openPopup();
        const content = layer.getPopup().getElement().querySelector(".leaflet-popup-content");
        content.focus({ preventScroll: true });
      });
    });
  }

  /* What has the keyboard's focus is in sight, and not under a control or the credits. */
  function bringIntoView(layer) {
    const element = layer.getElement();
    if (!element.matches(":focus-visible")) return;
    map.panInside(layer.getBounds ? layer.getBounds().getCenter() : layer.getLatLng(), CLEAR);
    requestAnimationFrame(() => { // the browser may have scrolled to where it lay before
      const { top, bottom } = element.getBoundingClientRect();
      const middle = (top + bottom) / 2;
      if (middle < 60) scrollBy(0, middle - 60);
      else if (middle > innerHeight - 60) scrollBy(0, middle + 60 - innerHeight);
    });
  }

  /* A popup that was opened by keyboard has the focus, and gives it back to what it is of. */
  function bindPopups() {
    map.on("popupopen", (event) => {
      const box = event.popup.getElement();
      const content = box.querySelector(".leaflet-popup-content");
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-label", box.querySelector("h3").textContent);
      content.tabIndex = content.scrollHeight > content.clientHeight ? 0 : -1;
    });
    map.on("popupclose", (event) => {
      const box = event.popup.getElement();
      const at = document.activeElement; // the body, if the popup is gone already
      const back = at === document.body || (box && box.contains(at)) ? opener : null;
      opener = null;
      if (back) back.focus({ preventScroll: true });
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup();
    });
  }

  function shapes(key) {
    const data = readData(key);
    const group = L.featureGroup();
    for (const [number, feature] of data.features.entries()) {
      const properties = feature.properties;
      const style = data.styles[properties.style];
      const drawn = L.geoJSON(feature, {
        pane: key,
        interactive: Boolean(properties.popup),
        style: () => style,
        pointToLayer: (_feature, at) => makePointLayer(key, style, properties, at),
      });
      if (properties.popup) {
        drawn.eachLayer((layer) => {
          layer.bindPopup(() => makePopup((amendments[key] && amendments[key](number)) || properties.popup), POPUP);
          makeReachable(layer, properties.popup.title);
        });
      }
      drawn.addTo(group);
      if (properties.label) makeLabel(properties.label).addTo(group);
    }
    return group;
  }

  function addViews(settings) {
    const Views = L.Control.extend({
      onAdd() {
        const box = document.createElement("div");
        box.className = "civmap-views";
        box.dir = document.documentElement.dir;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", settings.views_name);
        for (const view of settings.views) {
          const button = makeText("button", view.name);
          button.type = "button";
          button.addEventListener("click", () => show(view));
          box.append(button);
        }
        L.DomEvent.disableClickPropagation(box);
        return box;
      },
    });
    new Views({ position: side("top", "right") }).addTo(map);
  }

  function show(view, options) {
    chosen = null;
    map.once("moveend", () => {
      chosen = { view, zoom: map.getZoom(), center: map.getCenter() };
    });
    map.fitBounds(view.bounds, { paddingTopLeft: narrow ? [10, 10] : [30, 30], paddingBottomRight: narrow ? [10, 24] : [30, 60], maxZoom: 12, ...options });
  }

  /* On paper the map takes what the title and headline leave of the first page, and shows the same
     part of the world as on the screen; afterwards the screen is as it was. */
  function bindPrint() {
    const sheet = document.querySelector(".sheet");
    let restore = null;
    window.addEventListener("beforeprint", () => {
      if (restore) return;
      const folded = [...document.querySelectorAll("details:not([open])")];
      const center = map.getCenter();
      const zoom = map.getZoom();
      const isAtView = chosen && chosen.zoom === zoom && chosen.center.equals(center);
      const view = isAtView ? chosen.view : { bounds: map.getBounds() };
      restore = () => {
        for (const panel of folded) panel.open = false;
        document.documentElement.classList.remove("printing");
        sheet.style.height = "";
        map.invalidateSize({ animate: false });
        map.setView(center, zoom, { animate: false, reset: true });
        if (isAtView) chosen = { view, zoom: map.getZoom(), center: map.getCenter() };
        settleLabels();
      };
      map.closePopup();
      for (const panel of folded) panel.open = true;
      document.documentElement.classList.add("printing");
      sheet.style.height = "max(90mm, 187mm - " + (sheet.getBoundingClientRect().top + scrollY) + "px)";
      map.invalidateSize({ animate: false });
      show(view, { animate: false });
      settleLabels();
    });
    window.addEventListener("afterprint", () => {
      if (restore) restore();
      restore = null;
    });
  }

  /* A line of plain text in a corner of the map. */
  function addLine(position, className) {
    const box = makeText("div", "", className);
    const Line = L.Control.extend({ onAdd: () => box });
    new Line({ position }).addTo(map);
    return box;
  }

  function addPosition() {
    const box = addLine(side("bottom", "left"), "civmap-line civmap-position");
    const lat = makeText("bdi", "");
    const lon = makeText("bdi", "");
    const degrees = (value) => Math.abs(value).toFixed(4).replace(".", words.point);
    map.on("mousemove", (event) => {
      const at = event.latlng.wrap();
      lat.textContent = (at.lat < 0 ? words.south : words.north).replace("{degrees}", degrees(at.lat));
      lon.textContent = (at.lng < 0 ? words.west : words.east).replace("{degrees}", degrees(at.lng));
      if (!box.firstChild) box.append(lat, words.comma, lon);
    });
  }

  /* Where a control stands: in a page that is read from the right, on the other side. */
  function side(edge, across) {
    const other = { left: "right", right: "left" };
    return edge + (words.right_to_left ? other[across] : across);
  }

  /* Leaflet's own words, in the page's language. */
  function translateControls() {
    map.zoomControl.setPosition(side("top", "left"));
    const buttons = map.zoomControl.getContainer().querySelectorAll("a");
    [words.zoom_in, words.zoom_out].forEach((name, index) => {
      buttons[index].title = name;
      buttons[index].setAttribute("aria-label", name);
    });
    map.on("popupopen", (event) => {
      const close = event.popup.getElement().querySelector(".leaflet-popup-close-button");
      if (close) close.setAttribute("aria-label", words.close);
    });
    const Scale = L.Control.Scale.extend({
      _updateMetric(most) {
        const metres = this._getRoundNum(most);
        this._updateScale(this._mScale, "", metres / most);
        const [number, unit] = metres < 1000 ? [metres, words.m] : [metres / 1000, words.km];
        this._mScale.dir = "auto";
        this._mScale.textContent = unit.replace("{number}", String(number).replace(".", words.point));
      },
    });
    new Scale({ imperial: false, maxWidth: 160, position: side("bottom", "left") }).addTo(map);
  }

  /* Switches belong to the page, so that they are real inputs with real labels. */
  function bindSwitches(layers) {
    const inputs = [...document.querySelectorAll("input[data-layer]")];
    const apply = () => {
      for (const input of inputs) {
        const layer = layers[input.dataset.layer];
        if (!layer) continue;
        if (input.checked) layer.addTo(map);
        else layer.remove();
        document.querySelector('[data-key="' + input.dataset.layer + '"]').hidden = !input.checked;
      }
      settleLabels();
    };
    for (const input of inputs) input.addEventListener("change", apply);
    apply();
  }

  function foldPanels() {
    if (narrow) for (const panel of document.querySelectorAll("details[data-fold]")) panel.open = false;
  }

  function start(leafletMap, layers) {
    map = leafletMap;
    const settings = readData("controls");
    words = settings;
    foldPanels();
    const container = map.getContainer();
    container.prepend(container.querySelector(".leaflet-control-container")); // first by keyboard too
    translateControls();
    addViews(settings);
    addPosition();
    map.invalidateSize({ animate: false });
    show(settings.views[0]);
    bindSwitches(layers);
    bindPrint();
    bindPopups();
    for (const begin of begins) begin(map);
    map.on("zoomend resize", settleLabels);
    document.fonts.ready.then(settleLabels);
  }

  return { POPUP, shapes, start, begins, amendments, still, readData, makeText, makePopup, makeReachable, makeLabel, settleLabels };
})();
