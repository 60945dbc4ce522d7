// The words and controls: what is shown of the app, and what of it can be changed.

import { LAWS } from "./attitude.js";
import { bars, orbitChart } from "./chart.js";
import { EQUATOR_M } from "./orbit.js";
import { CAMERAS } from "./rig.js";
import { clockText, dateText, dayText, grouped, hoursText, latitudeText, longitudeText, short, signed, speedText,
  withError } from "./words.js";

export function element(id) {
  return document.getElementById(id);
}

function option(value, text) {
  const o = document.createElement("option");
  o.value = value;
  o.textContent = text;
  return o;
}

export function listNumbers(list, rows) {
  if (list.children.length !== rows.length) {
    list.replaceChildren(...rows.map(() => {
      const row = document.createElement("div");
      row.append(document.createElement("dt"), document.createElement("dd"));
      return row;
    }));
  }
  rows.forEach(([name, value], k) => {
    const [dt, dd] = list.children[k].children;
    if (dt.textContent !== name) dt.textContent = name;
    if (dd.textContent !== value) dd.textContent = value;
  });
}

export class Panel {
  constructor(app) {
    this.app = app;
    this.buildCameras();
    this.buildColors();
    this.buildJumps();
    this.buildSliders();
    this.buildKeys();
    this.buildAbout();
    const on = (id, event, action) => element(id).addEventListener(event, action);
    on("play", "click", () => app.play(!app.playing));
    on("speed", "input", () => app.setSpeed(10 ** Number(element("speed").value)));
    on("scrub", "input", () => app.goTo(Number(element("scrub").value), false));
    on("leave", "click", () => app.leave());
    on("surface", "change", () => app.chooseSurface(element("surface").value));
    on("shadow", "change", () => app.show("shadow", element("shadow").checked));
    on("curve", "change", () => app.show("curve", element("curve").checked));
    on("around", "change", () => app.followOrbit(element("around").checked));
    on("shaded", "change", () => app.fitShaded(element("shaded").checked));
    on("picture", "click", () => app.savePicture());
    on("help-open", "click", () => app.openDialog("help"));
    on("about-open", "click", () => app.openDialog("about"));
    on("reset", "click", () => app.reset());
    on("menu", "click", () => this.openMenu(!element("panel").classList.contains("open")));
    for (const button of document.querySelectorAll("[data-side]")) {
      button.addEventListener("click", () => app.side(button.dataset.side));
    }
  }

  openMenu(open) {
    element("panel").classList.toggle("open", open);
    element("menu").setAttribute("aria-expanded", String(open));
    element("menu").textContent = open ? "Close" : "View";
    this.app.makeRoom();
  }

  buildCameras() {
    const box = element("cameras");
    this.cameras = Object.entries(CAMERAS).map(([mode, label]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.dataset.camera = mode;
      button.setAttribute("role", "radio");
      button.addEventListener("click", () => this.app.camera(mode));
      box.append(button);
      return button;
    });
  }

  buildColors() {
    const select = element("color");
    select.append(option("material", "Material"));
    for (const result of this.app.loads[0].cases[0].results) select.append(option(result.key, `${result.label}, ${result.unit}`));
    select.addEventListener("change", () => this.app.setColor(select.value));
  }

  buildJumps() {
    const { app } = this;
    const jumps = [
      ["next-eclipse", "Next eclipse", () => app.nextEclipse()],
      ["longest-eclipse", "Longest eclipse", () => app.longestEclipse()],
      ...app.year.turning_points.map((t) => [
        t.name.toLowerCase().replace(" ", "-"), t.name, () => app.goTo(t.at_ms), `${dateText(t.at_ms)} ${clockText(t.at_ms)} UTC`,
      ]),
    ];
    for (const [id, label, action, title] of jumps) {
      const button = document.createElement("button");
      button.type = "button";
      button.id = id;
      button.textContent = label;
      if (title) button.title = title;
      button.addEventListener("click", action);
      element("jumps").append(button);
    }
  }

  buildSliders() {
    const { app } = this;
    const law = element("law");
    for (const [key, label] of Object.entries(LAWS)) {
      if (key !== "lvlh_fixed" || app.given.attitude.z_body_rth) law.append(option(key, label));
    }
    law.addEventListener("change", () => app.change({ law: law.value }));
    const synchronous = app.given.orbit.type === "sun_synchronous";
    element("altitude").disabled = element("local").disabled = !synchronous;
    element("local").disabled = !synchronous || app.given.orbit.ltan_list_h.length > 1;
    element("members").disabled = !synchronous;
    const reading = {
      altitude: (v) => ({ altitudeKm: v }),
      local: (v) => ({ localTimeH: v % 24 }),
      members: (v) => ({ perPlane: Math.max(1, Math.round(10 ** v)) }),
    };
    for (const [id, read] of Object.entries(reading)) {
      const input = element(id);
      input.addEventListener("input", () => app.change(read(Number(input.value)), true));
      input.addEventListener("change", () => app.change(read(Number(input.value)), false));
    }
    this.showSliders();
  }

  showSliders() {
    const w = this.app.wanted;
    const set = (id, value, text) => {
      if (value !== null && document.activeElement !== element(id)) element(id).value = value;
      element(`${id}-value`).textContent = text;
    };
    if (w.altitudeKm === null) {
      const heights = this.app.designRing.rows.map((row) => (row.axisM - EQUATOR_M) / 1000);
      const [low, high] = [Math.min(...heights), Math.max(...heights)].map((h) => grouped(h));
      set("altitude", heights[0], `${low === high ? low : `${low} to ${high}`} km, mean`);
    } else set("altitude", w.altitudeKm, `${grouped(w.altitudeKm)} km`);
    if (w.localTimesH.length) set("local", w.localTimesH[0], w.localTimesH.map(hoursText).join(", "));
    set("members", Math.log10(w.perPlane), grouped(w.perPlane));
    element("law").value = w.law;
  }

  buildKeys() {
    listNumbers(element("keys"), this.app.given.keys.map((line) => [line.shown, line.words]));
  }

  buildAbout() {
    const { given } = this.app;
    const { rays, seed, tolerance } = given.provenance;
    const how = {
      mean: "Satellites fly dawnring’s own closed form (SGP4 without drag: secular J2, J2² and J4, periodic J2 and J3), computed here from mean elements; positions agree with “dawnring orbit” within 0.5 m over the year.",
      elements: "Satellites fly SGP4’s secular rates and periodic terms from the elements given, computed here; drag is left out, so that positions drift from “dawnring orbit” by kilometres within days.",
      two_body: "Satellites fly as two bodies, computed here from elements, within 0.5 m of “dawnring orbit”.",
    }[given.elements.model];
    const sgp4 = given.orbit.propagation === "sgp4" ? " The design asks for SGP4 itself, which differs by 20 m in a month." : "";
    const texts = [
      `${given.title}: written by dawnring ${given.version}. Everything is in this one file; nothing is fetched and nothing is sent.`,
      how + sgp4,
      "The Sun, the Earth’s turn and its axis are tables of the ephemeris de421, interpolated; the shadow is that of the ellipsoid, without refraction. Stars are in true places. Clouds and town lights are invented and modelled, not observed.",
      `Heat loads were cast by dawnring before this page was written: ${grouped(rays)} rays, seed ${seed}, tolerance ${tolerance}, case “${given.case}”. They are those of the design as written; sliders change the ring, the shadow and the attitude, not the loads.`,
      "Day map: Solar System Scope (CC BY 4.0). Places: GeoNames (CC BY 4.0). Coasts: Natural Earth. Stars: XHIP by way of d3-celestial (BSD-3). Drawn with three.js (MIT).",
    ];
    element("about-text").replaceChildren(...texts.map((text) => {
      const p = document.createElement("p");
      p.textContent = text;
      return p;
    }));
  }

  // What changes with time; a few times a second.
  showNow(now) {
    const { app } = this;
    const put = (id, text) => {
      if (element(id).textContent !== text) element(id).textContent = text;
    };
    put("title", app.satelliteWords());
    put("subtitle", app.orbitWords());
    put("clock", `${dateText(app.ms)}  ${clockText(app.ms, app.speed < 5000)}`);
    put("ltan", now.localTimes.map(hoursText).join(" and "));
    if (!app.wanted.localTimesH.length) { // of an orbit that keeps none: as it is now
      element("local").value = now.localTimes[0];
      put("local-value", `${hoursText(now.localTimes[0])} now`);
    }
    put("beta", now.betas.map((b) => `${signed(b, 1)}°`).join(" and "));
    put("lit", `${now.litShare > 0.9995 || now.litShare < 0.0005 ? (100 * now.litShare).toFixed(0) : (100 * now.litShare).toFixed(1)} % of the ring`);
    const scrub = element("scrub");
    scrub.min = app.year.first_ms;
    scrub.max = app.year.last_ms;
    if (document.activeElement !== scrub || app.playing) scrub.value = app.ms;
    scrub.setAttribute("aria-valuetext", `${dateText(app.ms)} ${clockText(app.ms)} UTC`);
    if (app.selected !== null) this.showSatellite(now);
  }

  showPlaying() {
    const { app } = this;
    element("play").setAttribute("aria-pressed", String(app.playing));
    element("play").setAttribute("aria-label", app.playing ? "Pause" : "Play");
    element("speed").value = Math.log10(app.speed);
    element("speed-value").textContent = speedText(app.speed);
    element("speed").setAttribute("aria-valuetext", speedText(app.speed));
  }

  showCamera() {
    for (const button of this.cameras) {
      const on = button.dataset.camera === this.app.rig.mode;
      button.setAttribute("aria-checked", String(on));
    }
  }

  showSelection() {
    const { app } = this;
    const chosen = app.selected !== null;
    element("satellite").hidden = !chosen;
    if (!chosen) return;
    element("satellite-title").textContent = app.ring.names[app.selected] || `Satellite ${grouped(app.selected)}`;
    const loads = app.loadsOfSelected();
    if (this.surfacesOf !== loads) {
      this.surfacesOf = loads;
      const together = document.createElement("optgroup");
      together.label = "Together";
      const single = document.createElement("optgroup");
      single.label = "One by one";
      for (const [kind, members] of loads.groups) {
        if (members.length > 1) together.append(option(kind, `${kind} (${members.length})`));
      }
      for (const s of loads.surfaces) single.append(option(s.name, s.name));
      const none = option("", "no surface chosen");
      element("surface").replaceChildren(none, ...(together.children.length ? [together] : []), single);
    }
    element("surface").value = app.surface ?? "";
    this.heatShown = null;
  }

  showSatellite(now) {
    const s = now.satellite;
    listNumbers(element("satellite-numbers"), [
      ["over", `${latitudeText(s.latitude)}  ${longitudeText(s.longitude)}`],
      ["height above the ellipsoid", `${grouped(s.heightM / 1000, 1)} km`],
      ["speed", `${(s.speed / 1000).toFixed(3)} km/s`],
      ["from the ascending node", `${((s.argumentOfLatitude * 180) / Math.PI).toFixed(1)}°`],
      ["beta", `${signed(s.beta, 2)}°`],
      ["the Sun in view", `${(100 * s.lit).toFixed(0)} %`],
      ["angle of attack", `${s.attack.toFixed(2)}°`],
      ["Sun on the cells at", `${s.incidence.toFixed(1)}°`],
      ...(now.spacingM ? [["to the next of its plane", `${grouped(now.spacingM / 1000, now.spacingM < 20e3 ? 3 : 1)} km`]] : []),
      ["in umbra, each orbit", `${s.umbraMin > 0 ? s.umbraMin.toFixed(1) : "0"} min`],
    ]);
    this.showHeat(s.argumentOfLatitude);
  }

  // What heats the surface chosen: orbit means with errors, and the way around the orbit.
  showHeat(argumentOfLatitude) {
    const { app } = this;
    const box = element("heat");
    const loads = app.loadsOfSelected();
    const members = app.membersOfSurface();
    if (!members) {
      if (box.children.length) box.replaceChildren();
      return;
    }
    const entry = loads.caseAt(app.ms);
    const place = loads.placeOf(entry, argumentOfLatitude);
    const mark = `${app.surface} ${entry.start_ms} ${Math.round((place / entry.u.length) * 90)} ${app.isChanged}`;
    if (mark === this.heatShown) return;
    this.heatShown = mark;
    const s = loads.surfaces[members[0]];
    const area = members.reduce((sum, k) => sum + loads.surfaces[k].area_m2, 0);
    const heading = (text) => Object.assign(document.createElement("h3"), { textContent: text });
    const numbers = document.createElement("dl");
    numbers.className = "numbers";
    const mean = (values) => loads.together(values, members);
    const same = members.every((k) => loads.surfaces[k].coating === s.coating);
    listNumbers(numbers, [
      ["area", `${short(area)} m²`],
      ["coating", same ? s.coating.replaceAll("_", " ") : "several"],
      ["solar absorptance", same ? s.solar_absorptance.toFixed(2) : "several"],
      ["infrared emittance", same ? s.infrared_emittance.toFixed(2) : "several"],
      ["Earth view factor", withError(mean(entry.viewFactorEarth), mean(entry.viewFactorEarthError), 4)],
    ]);
    const last = [...entry.results.slice(1), entry.results[0]]; // the sum below its parts
    const rows = (value, error) => last.map((r) => ({
      label: r.label.replace(", absorbed", ""), key: r.key, unit: r.unit, value: mean(r[value]), error: mean(r[error]),
    }));
    const series = entry.results.filter((r) => r.around).map((r) => ({ key: r.key, values: loads.around(r, members) }));
    const minutes = (entry.u.length * entry.step_ms) / 60e3;
    const note = Object.assign(document.createElement("p"), { className: "note" });
    note.textContent = `Orbit of ${dateText(entry.start_ms)} (${entry.name}), beta ${signed(entry.beta_deg, 1)}°; ` +
      (app.isChanged ? "loads are those of the design as written, not of the changed ring." : "± is one standard error.");
    const title = members.length > 1 ? `${app.surface}, ${members.length} together` : app.surface;
    box.replaceChildren(
      heading(title), numbers, heading("Absorbed, mean of the orbit"), bars(rows("mean", "meanError")),
      ...(series.length ? [orbitChart(series, minutes, "W/m²", place / entry.u.length)] : []),
      heading("Incident straight from the source, mean of the orbit"), bars(rows("incident", "incidentError")), note,
    );
  }

  showScale() {
    const { app } = this;
    const on = app.colorKey !== "material";
    element("color").value = app.colorKey;
    element("scale").hidden = element("legend").hidden = !on;
    if (!on) return;
    const ramp = app.ramp();
    const stops = [];
    for (let k = 0; k < ramp.length; k += 9) stops.push(`rgb(${ramp[k]} ${ramp[k + 1]} ${ramp[k + 2]})`);
    document.querySelector("#legend .ramp").style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    document.querySelector("#legend .ticks").replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((t) =>
      Object.assign(document.createElement("span"), { textContent: short(t * app.scaleTop) }),
    ));
    const entry = app.loads[0].caseAt(app.ms);
    const result = entry.results.find((r) => r.key === app.colorKey);
    document.querySelector("#legend p").textContent = `${result.label}, ${result.unit}`;
    document.querySelector("#scale .note").textContent = `Orbit of ${dayText(entry.start_ms)} (${entry.name})` +
      (app.isChanged ? ", of the design as written" : "");
  }
}
