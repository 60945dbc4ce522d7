// The Sun and the turn of the Earth: daily tables of dawnring's ephemeris, cubics between them.

import { TURN, aboutZ, product, rotationOf, transposed, unit, wrapped } from "./vectors.js";
import { unpacked } from "./document.js";

export class Sky {
  constructor(tables) {
    this.firstMs = tables.first_ms;
    this.stepMs = tables.step_ms;
    this.rate = tables.sidereal_rate_rad_s;
    this.sun = unpacked(tables.sun_direction);
    this.distance = unpacked(tables.sun_distance_m);
    this.teme = unpacked(tables.teme_turn);
    this.turn = unpacked(tables.earth_turn);
    this.meanSun = unpacked(tables.mean_sun_rad);
    this.days = this.distance.length;
  }

  // Cubic through the four days about a time, of `width` numbers a day.
  read(table, width, ms) {
    const at = (ms - this.firstMs) / this.stepMs;
    const first = Math.min(Math.max(Math.floor(at) - 1, 0), this.days - 4);
    const x = at - first;
    const weights = [
      (-(x - 1) * (x - 2) * (x - 3)) / 6,
      (x * (x - 2) * (x - 3)) / 2,
      (-x * (x - 1) * (x - 3)) / 2,
      (x * (x - 1) * (x - 2)) / 6,
    ];
    const out = new Array(width).fill(0);
    for (let k = 0; k < 4; k++) {
      for (let j = 0; j < width; j++) out[j] += weights[k] * table[(first + k) * width + j];
    }
    return out;
  }

  // All that the sky is at one time; rotations as in dawnring: `gcrsFromTeme @ vector`.
  at(ms) {
    const gcrsFromTeme = rotationOf(this.read(this.teme, 3, ms));
    const elapsed = (ms - this.firstMs) / 1000;
    const angle = this.rate * elapsed + this.read(this.turn, 1, ms)[0];
    return {
      ms,
      sun: unit(this.read(this.sun, 3, ms)),
      sunDistanceM: this.read(this.distance, 1, ms)[0],
      gcrsFromTeme,
      itrsFromGcrs: product(aboutZ(-angle), transposed(gcrsFromTeme)),
      pole: gcrsFromTeme.map((row) => row[2]),
      meanSunRad: wrapped(this.read(this.meanSun, 1, ms)[0]),
    };
  }
}

// Mean local time of a node in TEME, hours.
export function localTimeHours(nodeRad, sky) {
  return (wrapped(nodeRad - sky.meanSunRad + Math.PI) / TURN) * 24;
}
