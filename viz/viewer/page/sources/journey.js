// Time: the clock, its speed, and the days worth going to.

import { nextEclipse } from "./calendar.js";
import { shadowMinutes, sunlitFraction } from "./shadow.js";
import { clamp } from "./vectors.js";
import { dateText, dayText } from "./words.js";

const FASTEST = 1e6;

export const journey = {
  play(on) {
    if (on && this.ms >= this.year.last_ms) this.ms = this.year.first_ms;
    this.playing = on;
    this.lastFrame = null;
    this.panel.showPlaying();
    this.touch();
  },

  setSpeed(speed) {
    this.speed = clamp(speed, 1, FASTEST);
    this.panel.showPlaying();
  },

  changeSpeed(by) {
    this.setSpeed(this.speed * by);
  },

  goTo(ms, told = true) {
    this.ms = clamp(ms, this.year.first_ms, this.year.last_ms);
    this.lastWords = -Infinity;
    this.recolor();
    this.touch();
    if (told) this.say(`${dateText(this.ms)} UTC`);
  },

  jump(where) {
    if (where === "eclipse") this.nextEclipse();
    else if (where === "longest") this.longestEclipse();
    else this.nextTurn(where);
  },

  // The next "equinox" or "solstice"; after the last of the year, its first.
  nextTurn(kind) {
    const turns = this.year.turning_points.filter((t) => t.name.endsWith(kind));
    const next = turns.find((t) => t.at_ms > this.ms + 1000) ?? turns[0];
    this.goTo(next.at_ms);
    this.say(`${next.name}, ${dayText(next.at_ms)}`);
  },

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
  },

  longestEclipse() {
    if (this.calendar.longestMs === null) {
      this.say("No eclipse this year: the ring is always in sunlight.");
      return;
    }
    this.toEclipse(this.calendar.longestMs, "Longest eclipse");
  },

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
    const long = minutes < 0.1 ? "the first umbra of its season" : `${minutes.toFixed(1)} min of each orbit in umbra`;
    this.say(`${what}: ${dateText(this.ms)}, ${long}`);
  },
};
