"use strict";
/* The slider over a run's days: it fills the units, and says the day in words and popups. */
civmap.days = (key) => {
  const STEP_MS = 1200;
  const data = civmap.readData(key);
  const shapes = civmap.readData("units").features;
  const group = L.featureGroup();
  let at = data.own;
  let isShown = false;
  let popup = null; // the one that is open

  function describe(about) {
    const { day, names, gap, notes } = data.popups;
    const values = about.days[at];
    const rows = values ? names.map((name, index) => [name, values[index]]) : [gap];
    return { title: about.title, rows: [[day, data.days[at].name], ...rows], notes };
  }

  const units = data.units.map((unit) => {
    const about = data.popups.layers.units[unit.shape];
    const polygon = L.geoJSON({ type: "Feature", properties: {}, geometry: shapes[unit.shape].geometry }, { pane: key });
    polygon.eachLayer((layer) => {
      layer.bindPopup(() => civmap.makePopup(describe(about)), civmap.POPUP);
      civmap.makeReachable(layer, about.title);
    });
    const label = civmap.makeLabel(unit.label);
    polygon.addTo(group);
    label.addTo(group);
    return { ...unit, polygon, marker: label };
  });

  /* While the fill is shown, what lies above it says the same day. */
  for (const [layer, popups] of Object.entries(data.popups.layers)) {
    civmap.amendments[layer] = (number) => isShown && popups[number] && describe(popups[number]);
  }

  function paint() {
    for (const unit of units) {
      unit.polygon.setStyle(data.styles[unit.classes[at]]);
      unit.marker.label.text = unit.labels[at];
      const element = unit.marker.getElement();
      if (element) element.firstChild.textContent = unit.labels[at];
    }
    if (popup) popup.update();
    if (isShown) civmap.settleLabels();
  }

  group.on("add", () => {
    isShown = true;
    paint();
  });
  group.on("remove", () => (isShown = false));
  paint();

  civmap.begins.push((map) => {
    const bar = document.querySelector("[data-days]");
    const slider = bar.querySelector("input");
    const text = bar.querySelector("[data-text]");
    const play = bar.querySelector("[data-play]");
    const steps = [...bar.querySelectorAll("[data-step]")];
    const last = data.days.length - 1;
    const legend = civmap.makeText("p", "", "shown");
    let timer = null;
    map.on("popupopen", (event) => (popup = event.popup));
    map.on("popupclose", () => (popup = null));

    function say() {
      slider.value = at;
      slider.setAttribute("aria-valuetext", data.days[at].name);
      text.textContent = data.days[at].text;
      legend.textContent = data.days[at].shown;
      for (const step of steps) {
        const to = at + Number(step.dataset.step);
        step.setAttribute("aria-disabled", String(to < 0 || to > last));
      }
    }

    function show(day) {
      at = Math.min(Math.max(day, 0), last);
      const choice = document.querySelector('input[data-layer="' + key + '"]');
      if (!choice.checked) {
        choice.checked = true;
        choice.dispatchEvent(new Event("change", { bubbles: true }));
      }
      paint();
      say();
    }

    function stop() {
      clearInterval(timer);
      timer = null;
      play.textContent = play.dataset.play;
    }

    function start() {
      show(at === last ? 0 : at + 1);
      timer = setInterval(() => {
        show(at + 1);
        if (at === last) stop();
      }, STEP_MS);
      play.textContent = play.dataset.pause;
    }

    slider.addEventListener("input", () => {
      stop();
      show(Number(slider.value));
    });
    for (const step of steps) {
      step.addEventListener("click", () => {
        stop();
        show(at + Number(step.dataset.step));
      });
    }
    play.addEventListener("click", () => (timer === null ? start() : stop()));
    play.hidden = civmap.still;
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") stop();
    });

    /* Paper shows the run's own day. */
    let before = null;
    window.addEventListener("beforeprint", () => {
      stop();
      before ??= at;
      at = data.own;
      paint();
      say();
    });
    window.addEventListener("afterprint", () => {
      at = before ?? at;
      before = null;
      paint();
      say();
    });
    document.querySelector('[data-key="' + key + '"]').prepend(legend);
    bar.hidden = false;
    say();
    map.invalidateSize({ animate: false });
  });
  return group;
};
