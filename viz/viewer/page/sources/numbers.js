// What the page says of a moment: local times, beta, sunlight, and the state of the chosen satellite.

import { bodyAxes } from "./attitude.js";
import { orbitFrame } from "./orbit.js";
import { localTimeHours } from "./sky.js";
import { shadowMinutes, sunlitFraction } from "./shadow.js";
import { clamp, dot, norm, turned, unit } from "./vectors.js";

const LIT_SAMPLES = 720;
const DEGREES = 180 / Math.PI;

export class Numbers {
  constructor(shape) {
    this.shape = shape;
    this.umbra = { mark: null, ring: null, minutes: 0 };
  }

  // Of a ring and, where one is chosen, of a satellite in it.
  at(sky, ring, attitude, selected) {
    const watched = ring.rowOf(selected ?? 0);
    const groups = selected === null ? groupsOf(ring) : [[watched]];
    const now = {
      localTimes: (ring.model === "mean" ? groupsOf(ring) : groups.slice(0, 1)).map((rows) => middleTime(ring, rows, sky)),
      betas: (ring.model === "mean" ? groups : groups.slice(0, 1)).map(([row]) => betaDegrees(ring, row, sky)),
      litShare: this.litShare(ring, sky),
    };
    if (selected !== null) now.satellite = this.ofSatellite(ring, selected, attitude, sky);
    if (watched.count > 1) now.spacingM = 2 * watched.axisM * Math.sin(Math.PI / watched.count);
    return now;
  }

  litShare(ring, sky) {
    const rows = ring.rows.length;
    const rowStep = Math.max(1, Math.ceil(rows / LIT_SAMPLES));
    let lit = 0;
    let weight = 0;
    for (let r = 0; r < rows; r += rowStep) {
      const row = ring.rows[r];
      const at = ring.rowAt(row, sky.ms);
      const samples = Math.min(row.count, Math.max(1, Math.floor((LIT_SAMPLES * rowStep) / rows)));
      for (let k = 0; k < samples; k++) {
        const member = Math.floor((k * row.count) / samples);
        lit += (row.count / samples) * sunlitFraction(ring.positionAt(at, (member * 2 * Math.PI) / row.count, sky), sky, this.shape);
      }
      weight += row.count;
    }
    return lit / weight;
  }

  ofSatellite(ring, index, attitude, sky) {
    const { position, velocity, argumentOfLatitude, row } = ring.state(index, sky);
    const axes = bodyAxes(attitude, orbitFrame(position, velocity), sky.sun, row.sigma);
    const fixed = turned(sky.itrsFromGcrs, position);
    const { latitude, heightM } = geodetic(fixed, this.shape);
    const frame = orbitFrame(position, velocity);
    return {
      latitude,
      longitude: Math.atan2(fixed[1], fixed[0]),
      heightM,
      speed: norm(velocity),
      argumentOfLatitude,
      beta: Math.asin(dot(frame[2], sky.sun)) * DEGREES,
      lit: sunlitFraction(position, sky, this.shape),
      attack: Math.asin(Math.min(1, Math.abs(dot(axes[2], unit(velocity))))) * DEGREES,
      incidence: Math.acos(clamp(dot(axes[2], sky.sun), -1, 1)) * DEGREES,
      umbraMin: this.umbraOf(ring, row, sky),
    };
  }

  // Minutes in umbra of a row, remembered for an hour of its time.
  umbraOf(ring, row, sky) {
    const mark = `${ring.rows.indexOf(row)} ${Math.round(sky.ms / 3600e3)}`;
    if (this.umbra.mark !== mark || this.umbra.ring !== ring) {
      this.umbra = { mark, ring, minutes: shadowMinutes(ring, row, sky, this.shape).umbra };
    }
    return this.umbra.minutes;
  }
}

// First and last plane of each local time.
function groupsOf(ring) {
  const groups = new Map();
  for (const row of ring.rows) groups.set(row.group, [...(groups.get(row.group) ?? []).slice(0, 1), row]);
  return [...groups.values()];
}

// Local time of the middle of some planes.
function middleTime(ring, rows, sky) {
  const timeOf = (row) => localTimeHours(ring.rowAt(row, sky.ms).node, sky);
  const first = timeOf(rows[0]);
  const spread = ((timeOf(rows.at(-1)) - first + 36) % 24) - 12;
  return (first + 0.5 * spread + 24) % 24;
}

function betaDegrees(ring, row, sky) {
  return Math.asin(dot(ring.normal(row, sky), sky.sun)) * DEGREES;
}

// Geodetic latitude and height of an Earth-fixed place, by iteration.
function geodetic(place, shape) {
  const e2 = shape.flattening * (2 - shape.flattening);
  const across = Math.hypot(place[0], place[1]);
  let latitude = Math.atan2(place[2], across * (1 - e2));
  let heightM = 0;
  for (let k = 0; k < 5; k++) {
    const n = shape.radius_m / Math.sqrt(1 - e2 * Math.sin(latitude) ** 2);
    heightM = across / Math.cos(latitude) - n;
    if (Math.abs(latitude) > 1.4) heightM = place[2] / Math.sin(latitude) - n * (1 - e2);
    latitude = Math.atan2(place[2], across * (1 - (e2 * n) / (n + heightM)));
  }
  return { latitude, heightM };
}

