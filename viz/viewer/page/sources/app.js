// The app: a clock, a ring, a camera and what is chosen; everything else is told by it.

import { bodyAxes } from "./attitude.js";
import { computedCalendar, givenCalendar, merged } from "./calendar.js";
import { choice } from "./choice.js";
import { colors } from "./colors.js";
import { keyActions, listenToKeys, listenToPointers } from "./input.js";
import { journey } from "./journey.js";
import { Loads } from "./loads.js";
import { Numbers } from "./numbers.js";
import { Ring, orbitFrame, synchronousRing } from "./orbit.js";
import { pace } from "./pace.js";
import { Panel, element } from "./panel.js";
import { Rig } from "./rig.js";
import { Sky } from "./sky.js";
import { Stage } from "./stage.js";
import { drawStrip } from "./strip.js";
import { clamp, dot } from "./vectors.js";
import { dateText, grouped } from "./words.js";

const REFERENCE_M = 6.94e6;
const COARSE_DAYS = 6; // between those computed while a slider is dragged

export class App {
  constructor(started, given) {
    const { canvas } = started;
    this.given = given;
    this.canvas = canvas;
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.sky = new Sky(given.sky);
    this.year = given.year;
    this.shape = given.earth;
    this.numbers = new Numbers(given.earth);
    this.ms = given.start_ms;
    this.speed = 100;
    this.playing = false;
    this.selected = null;
    this.surface = null;
    this.colorKey = "material";
    this.followsOrbit = false;
    this.scaleTop = 1;
    this.designRing = Ring.fromDocument(given.elements);
    this.designCalendar = merged(given.year.eclipses.map((entry) => givenCalendar(entry, given.year)));
    this.designWanted = this.wantedOfDesign();
    this.wanted = { ...this.designWanted };
    this.attitude = { ...given.attitude };
    this.loads = given.crafts.map((c) => new Loads(c));
    const reach = this.designRing.rows.map((r) => r.axisM * (1 + r.eccentricity));
    const toMiddle = (state, sky) => this.stage.toMiddle(state.row, this.axesOf(state, sky));
    this.rig = new Rig(this.still, reach.reduce((a, b) => Math.max(a, b)) / REFERENCE_M, toMiddle);
    this.stage = new Stage(started, given);
    this.rig.greet(this.sky.at(this.ms));
    this.useRing(this.designRing, this.designCalendar);
    this.panel = new Panel(this);
    listenToPointers(canvas, this);
    listenToKeys(this, keyActions(this, given.keys));
    this.frameMs = 16;
    this.lastChange = 0;
    this.lastWords = -Infinity;
    this.lastFrame = null;
    this.frames = 0;
    window.addEventListener("resize", () => this.makeRoom());
    document.addEventListener("visibilitychange", () => {
      this.lastFrame = null;
    });
    this.panel.showPlaying();
    this.panel.showCamera();
    this.panel.showScale();
    this.makeRoom();
  }

  // Body axes of a satellite, from its state.
  axesOf({ position, velocity, row }, sky) {
    return bodyAxes(this.attitude, orbitFrame(position, velocity), sky.sun, row.sigma);
  }

  wantedOfDesign() {
    const o = this.given.orbit;
    return {
      altitudeKm: o.altitude_km,
      localTimesH: o.ltan_list_h.length ? o.ltan_list_h : o.ltan_h === null ? [] : [o.ltan_h],
      perPlane: Math.max(...this.designRing.rows.map((row) => row.count)),
      planes: o.planes,
      nodeSpread: o.raan_spread_rad,
      altitudeSpreadKm: o.altitude_spread_km,
      phaseStep: o.phase_step_rad,
      inclination: o.inclination_is_given ? this.designRing.rows[0].inclination : null,
      law: this.given.attitude.law,
    };
  }

  get isChanged() {
    return this.ring !== this.designRing || this.attitude.law !== this.given.attitude.law;
  }

  // ------------------------------------------------------------------ the ring

  useRing(ring, calendar) {
    this.ring = ring;
    this.calendar = calendar;
    this.stage.fly(ring);
    if (this.selected !== null && this.selected >= ring.satellites) this.selected = ring.satellites - 1;
    if (this.rig.satellite >= ring.satellites) this.rig.satellite = 0;
    const flip = this.designRing.rows.map((r) => r.sigma);
    this.stage.models.forEach((model, group) => {
      const before = this.designRing.rows.find((r) => r.group === group) ?? this.designRing.rows[0];
      const now = ring.rows.find((r) => r.group === group) ?? ring.rows[0];
      const lvlh = this.attitude?.law === "lvlh_fixed";
      model.uniforms.flip.value = flip.length && before.sigma !== now.sigma && !lvlh ? -1 : 1;
    });
    drawStrip(element("strip-picture"), element("strip-words"), element("strip-note"), calendar, this.year);
    this.touch();
  }

  // What the sliders ask for; `dragging`: a coarse calendar at once, the fine one when they are let go.
  change(part, dragging) {
    Object.assign(this.wanted, part.localTimeH === undefined ? part : { localTimesH: [part.localTimeH] });
    const began = performance.now();
    this.attitude = { ...this.given.attitude, law: this.wanted.law };
    const same = ["altitudeKm", "perPlane"].every((k) => this.wanted[k] === this.designWanted[k]) &&
      this.wanted.localTimesH.every((t, k) => t === this.designWanted.localTimesH[k]);
    if (same) {
      this.useRing(this.designRing, this.designCalendar);
    } else {
      const epochSky = this.sky.at(clamp(this.designRing.epochMs, this.year.first_ms, this.year.last_ms));
      const ring = synchronousRing(this.designRing.theory, epochSky, this.wanted);
      if (!ring) {
        this.say(`No sun-synchronous orbit at ${grouped(this.wanted.altitudeKm)} km.`);
        return;
      }
      for (const row of ring.rows) row.sigma = dot(ring.normal(row, epochSky), epochSky.sun) >= 0 ? 1 : -1;
      this.useRing(ring, computedCalendar(ring, this.sky, this.shape, this.year, dragging ? COARSE_DAYS : 1));
    }
    element("changed").hidden = element("reset").hidden = !this.isChanged;
    element("changed").textContent = "The ring, its shadow and its attitude follow; heat loads stay those of the design as written.";
    this.panel.showSliders();
    this.panel.showSelection();
    this.panel.showScale();
    this.lastWords = -Infinity;
    this.answerMs = performance.now() - began;
  }

  reset() {
    this.wanted = { ...this.designWanted };
    element("altitude").blur();
    this.change({});
    element("color").focus();
  }

  // ------------------------------------------------------------------ words

  say(text) {
    const whisper = element("whisper");
    whisper.textContent = text;
    whisper.classList.add("on");
    clearTimeout(this.silence);
    this.silence = setTimeout(() => whisper.classList.remove("on"), 4500);
  }

  satelliteWords() {
    const n = this.ring.satellites;
    return n === 1 ? "1 satellite" : `${grouped(n)} satellites`;
  }

  orbitWords() {
    const altitude = this.wanted.altitudeKm;
    const where = altitude === null ? "" : `${grouped(altitude)} km, `;
    return `${this.given.title}, ${where}${this.attitude.law.replaceAll("_", " ")}`;
  }

  show(what, on) {
    element(what).checked = on;
    if (what === "shadow") this.stage.shadow.object.visible = on;
    else this.stage.fleet.curves.visible = on;
    this.touch();
  }

  toggle(what) {
    this.show(what, !element(what).checked);
  }

  hideWords() {
    document.body.classList.toggle("bare");
    this.makeRoom();
  }

  scaleText(by) {
    this.textScale = clamp((this.textScale ?? 1) * by, 0.8, 1.8);
    document.documentElement.style.fontSize = `${100 * this.textScale}%`;
    this.makeRoom();
  }

  // The picture's centre moves to where no words lie.
  makeRoom() {
    const box = (id) => element(id).getBoundingClientRect();
    const below = window.innerHeight - Math.min(box("time").height ? box("time").top : Infinity, window.innerHeight);
    const panel = box("panel");
    const beside = panel.height && panel.width < 0.6 * window.innerWidth ? window.innerWidth - panel.left : 0;
    document.body.style.setProperty("--below", `${below}px`);
    document.body.style.setProperty("--beside", `${beside}px`);
    const sheet = panel.height && !beside ? panel.height : 0;
    this.stage.resize([beside, below + sheet]);
    this.touch();
  }

  openDialog(id) {
    element(id).showModal();
  }

  savePicture() {
    this.stage.quality = 1;
    this.stage.applyQuality();
    this.drawFrame(performance.now());
    this.canvas.toBlob((blob) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${this.given.name} ${dateText(this.ms)}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10e3);
    }, "image/png");
  }
}

// its rooms: time, choice, colours, frames
Object.assign(App.prototype, journey, choice, colors, pace);
