// The app: a clock, a ring, a camera and what is chosen; everything else is told by it.

import { bodyAxes } from "./attitude.js";
import { computedCalendar, givenCalendar, merged, nextEclipse } from "./calendar.js";
import { drawStrip } from "./strip.js";
import { keyTable, listenToKeys, listenToPointers } from "./input.js";
import { Loads, colored } from "./loads.js";
import { roundAbove } from "./chart.js";
import { Panel, element } from "./panel.js";
import { Numbers } from "./numbers.js";
import { Ring, orbitFrame, synchronousRing } from "./orbit.js";
import { Rig, project } from "./rig.js";
import { Sky } from "./sky.js";
import { Stage } from "./stage.js";
import { shadowMinutes, sunlitFraction } from "./shadow.js";
import { clamp, dot, norm, subtract, unit } from "./vectors.js";
import { dateText, dayText, grouped } from "./words.js";

const FASTEST = 1e6;
const WORDS_MS = 120; // between changes of the words
const SLOW_FRAME_MS = 55;
const STILL_MS = 350; // without a change: drawn once more, as fine as can be
const REFERENCE_M = 6.94e6;
const SHADED_SHARE = 0.25; // of the greatest solar load: below, a surface counts as shaded

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
    this.rig = new Rig(this.still, reach.reduce((a, b) => Math.max(a, b)) / REFERENCE_M);
    this.stage = new Stage(started, given);
    this.rig.greet(this.sky.at(this.ms));
    this.keys = keyTable(this);
    this.useRing(this.designRing, this.designCalendar);
    this.panel = new Panel(this);
    listenToPointers(canvas, this);
    listenToKeys(this, this.keys);
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

  wantedOfDesign() {
    const o = this.given.orbit;
    return {
      altitudeKm: o.altitude_km,
      localTimesH: o.ltan_list_h.length ? o.ltan_list_h : o.ltan_h === null ? [] : [o.ltan_h],
      perPlane: o.satellites_per_plane,
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
      this.useRing(ring, computedCalendar(ring, this.sky, this.shape, this.year, dragging ? 6 : 1));
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

  // ------------------------------------------------------------------ the clock

  play(on) {
    if (on && this.ms >= this.year.last_ms) this.ms = this.year.first_ms;
    this.playing = on;
    this.lastFrame = null;
    this.panel.showPlaying();
    this.touch();
  }

  setSpeed(speed) {
    this.speed = clamp(speed, 1, FASTEST);
    this.panel.showPlaying();
  }

  changeSpeed(by) {
    this.setSpeed(this.speed * by);
  }

  goTo(ms, told = true) {
    this.ms = clamp(ms, this.year.first_ms, this.year.last_ms);
    this.lastWords = -Infinity;
    this.recolor();
    this.touch();
    if (told) this.say(`${dateText(this.ms)} UTC`);
  }

  nextTurn() {
    const next = this.year.turning_points.find((t) => t.at_ms > this.ms + 1000) ?? this.year.turning_points[0];
    this.goTo(next.at_ms);
    this.say(`${next.name}, ${dayText(next.at_ms)}`);
  }

  nextEclipse() {
    const from = nextEclipse(this.calendar, this.ms + 60e3) ?? nextEclipse(this.calendar, this.year.first_ms);
    if (from === null) {
      this.say("No eclipse this year: the ring is always in sunlight.");
      return;
    }
    const watched = this.selected ?? 0;
    const stepMs = 15e3;
    const orbits = 3 * this.ring.periodS(this.ring.rowOf(watched)) * 1000;
    let at = from;
    const lit = (ms) => sunlitFraction(this.ring.position(watched, this.sky.at(ms)), this.sky.at(ms), this.shape);
    if (this.selected !== null || this.ring.satellites < 100) {
      let wasLit = false; // the next entry, not the one we may be in
      for (let ms = from; ms < from + orbits; ms += stepMs) {
        const now = lit(ms);
        if (now > 0.5) wasLit = true;
        if (wasLit && now === 0) {
          at = ms;
          break;
        }
      }
    }
    this.toEclipse(at, "Next eclipse");
  }

  longestEclipse() {
    if (this.calendar.longestMs === null) {
      this.say("No eclipse this year: the ring is always in sunlight.");
      return;
    }
    this.toEclipse(this.calendar.longestMs, "Longest eclipse");
  }

  toEclipse(ms, what) {
    const from = this.stage.pose;
    this.goTo(ms, false);
    const sky = this.sky.at(this.ms);
    const minutes = Math.max(...this.ring.rows.slice(0, 64).map((row) => shadowMinutes(this.ring, row, sky, this.shape).umbra));
    if (!this.rig.isNear) {
      this.rig.mode = "free";
      this.rig.faceShadow(sky);
      this.rig.flyFrom(from, performance.now());
      this.panel.showCamera();
    }
    this.show("shadow", true);
    this.say(`${what}: ${dateText(this.ms)}, ${minutes.toFixed(1)} min of each orbit in umbra`);
  }

  // ------------------------------------------------------------------ the camera

  camera(mode, satellite) {
    const near = mode === "follow" || mode === "ride";
    const index = satellite ?? this.selected ?? this.rig.satellite;
    if (near && satellite === undefined && this.selected === null) {
      this.select(this.nearestToMiddle() ?? 0, false);
      this.rig.choose(mode, this.selected, performance.now(), this.stage.pose);
    } else {
      this.rig.choose(mode, near ? index : undefined, performance.now(), this.stage.pose);
    }
    this.panel.showCamera();
    this.touch();
  }

  turn(dx, dy) {
    const scale = this.rig.mode === "free" ? clamp((this.rig.view.dist - 1) / 2.5, 0.06, 1) : 1;
    this.rig.rotate(dx * scale, dy * scale);
    this.touch();
  }

  zoom(factor) {
    const v = this.rig.view;
    if (this.rig.mode === "follow") this.rig.zoom(factor);
    else if (this.rig.mode !== "ride") v.dist = clamp(1 + (v.dist - 1) * factor, 1.02, 40);
    this.touch();
  }

  side(which) {
    if (this.selected === null) this.select(this.nearestToMiddle() ?? 0, true);
    const sky = this.sky.at(this.ms);
    const { position, velocity, row } = this.ring.state(this.selected, sky);
    const frame = orbitFrame(position, velocity);
    const axes = bodyAxes(this.attitude, frame, sky.sun, row.sigma);
    const lean = { back: [0.5, 0.55, -1], front: [-0.45, 0.4, 1], edge: [0.2, 1, -0.12] }[which];
    const way = unit(axes[0].map((_, k) => lean[0] * axes[0][k] + lean[1] * row.sigma * -axes[1][k] + lean[2] * axes[2][k]));
    const [radial, ahead, normal] = frame;
    const from = this.stage.pose;
    this.rig.choose("follow", this.selected, performance.now(), from);
    this.rig.views.follow = {
      az: Math.atan2(dot(way, normal), dot(way, ahead)),
      el: Math.asin(clamp(dot(way, radial), -1, 1)),
      dist: 1.75,
    };
    this.panel.showCamera();
    this.touch();
  }

  // ------------------------------------------------------------------ choosing

  click(x, y) {
    const sky = this.sky.at(this.ms);
    if (this.selected !== null) {
      const met = this.stage.surfaceAt(x, y, this.selected, sky, this.attitude);
      if (met) {
        if (met.surface !== null) this.chooseSurface(this.loadsOfSelected().surfaces[met.surface].name);
        else this.say("This side belongs to no surface: it only blocks light.");
        return;
      }
    }
    const index = this.stage.satelliteAt(x, y, sky, 18);
    if (index !== null && index !== this.selected) this.select(index, true);
  }

  takeMiddle() {
    const [width, height] = this.stage.size;
    this.click(width / 2, height / 2);
    if (this.selected === null) this.select(this.nearestToMiddle() ?? 0, true);
  }

  nearestToMiddle() {
    const [width, height] = this.stage.size;
    return this.stage.satelliteAt(width / 2, height / 2, this.sky.at(this.ms), Math.max(width, height));
  }

  select(index, go) {
    this.selected = index;
    this.rig.satellite = index;
    if (go) {
      this.side("back");
      this.say(`Satellite ${grouped(index)}`);
      if (this.speed > 300) this.setSpeed(60);
    }
    this.panel.showSelection();
    this.recolor();
    this.lastWords = -Infinity;
    this.touch();
  }

  neighbour(by) {
    const count = this.ring.satellites;
    this.select(((this.selected ?? 0) + by + count) % count, this.rig.mode !== "follow");
    this.say(`Satellite ${grouped(this.selected)}`);
  }

  leave() {
    const was = this.selected;
    this.selected = null;
    this.surface = null;
    if (this.rig.isNear) this.camera("free");
    this.paintPicked();
    this.panel.showSelection();
    if (was !== null) this.canvas.focus({ preventScroll: true });
    this.touch();
  }

  loadsOfSelected() {
    const group = this.selected === null ? 0 : this.ring.rowOf(this.selected).group;
    return this.loads[Math.min(group, this.loads.length - 1)];
  }

  // A surface by name, or all of one kind; "" for none.
  chooseSurface(name) {
    this.surface = name || null;
    element("surface").value = this.surface ?? "";
    this.panel.heatShown = null;
    this.paintPicked();
    this.lastWords = -Infinity;
    this.touch();
    if (name) {
      this.say(name);
      if (this.selected !== null && window.matchMedia("(max-width: 48rem)").matches) this.panel.openMenu(true);
    }
  }

  membersOfSurface() {
    if (this.surface === null) return null;
    const loads = this.loadsOfSelected();
    if (loads.groups.has(this.surface) && loads.groups.get(this.surface).length > 1) return loads.groups.get(this.surface);
    const k = loads.surfaces.findIndex((s) => s.name === this.surface);
    return k < 0 ? null : [k];
  }

  paintPicked() {
    const members = this.membersOfSurface();
    for (const model of this.stage.models) model.uniforms.picked.value = members?.length === 1 ? members[0] : -2;
  }

  // ------------------------------------------------------------------ colours

  setColor(key) {
    this.colorKey = key;
    this.recolor();
    this.panel.showScale();
    if (key !== "material" && this.selected === null) this.say("Click a satellite to see its colours.");
    this.touch();
  }

  nextColor() {
    const select = element("color");
    select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
    this.setColor(select.value);
    this.say(select.selectedOptions[0].textContent);
  }

  followOrbit(on) {
    this.followsOrbit = on;
    this.recolor();
    this.touch();
  }

  fitShaded(on) {
    this.fitsShaded = on;
    this.recolor();
    this.panel.showScale();
    this.touch();
  }

  ramp() {
    const ramps = this.given.look.ramps;
    return this.colorKey === "absorbed_solar" || this.colorKey === "absorbed_total" ? ramps.inferno : ramps.viridis;
  }

  recolor() {
    const index = this.selected ?? this.rig.satellite;
    const key = this.colorKey;
    if (key === "material") {
      for (const model of this.stage.models) model.color(null);
      return;
    }
    const argument = this.followsOrbit ? this.ring.state(index, this.sky.at(this.ms)).argumentOfLatitude : null;
    this.scaleTop = Math.max(...this.loads.map((l) => (this.fitsShaded ? this.shadedTop(l, key) : l.topOf(key))));
    this.stage.models.forEach((model, g) => {
      const loads = this.loads[g];
      const entry = loads.caseAt(this.ms);
      const result = entry.results.find((r) => r.key === key);
      const place = argument === null ? null : loads.placeOf(entry, argument);
      model.color(colored(loads.values(result, place), this.scaleTop, this.ramp()));
    });
  }

  // End of a scale that shows the shaded surfaces apart.
  shadedTop(loads, key) {
    let top = 0;
    for (const entry of loads.cases) {
      const solar = entry.results.find((r) => r.key === "absorbed_solar").mean;
      const most = Math.max(...solar);
      entry.results.find((r) => r.key === key).mean.forEach((value, k) => {
        if (solar[k] < SHADED_SHARE * most) top = Math.max(top, value);
      });
    }
    return top > 0 ? roundAbove(top) : loads.topOf(key);
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

  // ------------------------------------------------------------------ frames

  // The first frame is coarse, so that it is soon there; the second is not.
  firstFrame() {
    this.drawFrame(performance.now());
    this.stage.quality = 1;
    this.restore = true;
    this.touch();
  }

  // Something changed: draw again.
  touch() {
    this.lastChange = performance.now();
    this.fine = false;
  }

  frame(now) {
    const step = this.lastFrame === null ? 0 : now - this.lastFrame;
    this.lastFrame = now;
    if (this.playing) {
      this.ms += this.speed * Math.min(step, 250);
      if (this.ms >= this.year.last_ms) {
        this.ms = this.year.last_ms;
        this.play(false);
        this.say(`The page ends with ${this.year.year}.`);
      }
      if (this.followsOrbit) this.recolor();
    }
    const moving = this.playing || this.rig.flight !== null || now - this.lastChange < STILL_MS;
    if (moving) {
      this.adapt(step);
      this.drawFrame(now);
    } else if (!this.fine) {
      this.fine = true;
      if (this.stage.quality !== 1) {
        const coarse = this.stage.quality;
        this.stage.quality = 1;
        this.stage.applyQuality();
        this.drawFrame(now);
        this.stage.quality = coarse;
        this.restore = true;
      } else this.drawFrame(now);
      this.lastFrame = null;
    } else this.lastFrame = null;
  }

  // Fewer pixels where frames are slow, more again where they are quick.
  adapt(step) {
    if (this.restore) {
      this.restore = false;
      this.stage.applyQuality();
      return;
    }
    if (!step || step > 2000) return;
    this.frameMs += 0.25 * (step - this.frameMs);
    const { stage } = this;
    if (this.frameMs > SLOW_FRAME_MS && stage.quality > 0.4) stage.quality = Math.max(0.4, stage.quality * 0.75);
    else if (this.frameMs < 20 && stage.quality < 1) stage.quality = Math.min(1, stage.quality * 1.15);
    else return;
    this.frameMs = 30;
    stage.applyQuality();
  }

  drawFrame(now) {
    const sky = this.sky.at(this.ms);
    const pose = this.rig.pose(sky, this.ring, this.stage.extentM, now);
    this.stage.draw(pose, sky, this.attitude, this.selected);
    this.frames++;
    this.placeReticle(pose, sky);
    if (now - this.lastWords > WORDS_MS) {
      this.lastWords = now;
      this.panel.showNow(this.numbers.at(sky, this.ring, this.attitude, this.selected));
    }
  }

  placeReticle(pose, sky) {
    const reticle = element("reticle");
    let seen = null;
    if (this.selected !== null) {
      const position = this.ring.position(this.selected, sky);
      const far = norm(subtract(position, pose.position)) > 12 * this.stage.extentM;
      if (far && !this.stage.isHidden(position)) seen = project(pose, position, this.stage.half, this.stage.size, this.stage.shift);
    }
    reticle.hidden = seen === null;
    if (seen) reticle.style.transform = `translate(${seen.x.toFixed(1)}px, ${seen.y.toFixed(1)}px)`;
  }
}
