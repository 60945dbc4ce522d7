// Results on the surfaces of a craft: cases (orbits), quantities, means and values around the orbit.

import { TURN, wrapped } from "./vectors.js";
import { unpacked } from "./document.js";
import { roundAbove } from "./chart.js";

const DAY_MS = 86400e3;

export class Loads {
  constructor(craft) {
    this.surfaces = craft.surfaces;
    this.cases = craft.cases.map((entry) => ({
      ...entry,
      u: unpacked(entry.argument_of_latitude_rad),
      viewFactorEarth: unpacked(entry.view_factor_earth),
      viewFactorEarthError: unpacked(entry.view_factor_earth_error),
      results: entry.results.map((r) => ({
        ...r,
        around: unpacked(r.around),
        aroundError: unpacked(r.around_error),
        mean: unpacked(r.mean),
        meanError: unpacked(r.mean_error),
        incident: unpacked(r.incident_mean),
        incidentError: unpacked(r.incident_mean_error),
      })),
    }));
    this.groups = groupsOf(craft.surfaces);
  }

  // The orbit that was cast nearest to a date.
  caseAt(ms) {
    return this.cases.reduce((best, c) => (Math.abs(c.start_ms - ms) < Math.abs(best.start_ms - ms) ? c : best));
  }

  // Place of an argument of latitude in the samples of a case, in [0, samples).
  placeOf(entry, argumentOfLatitude) {
    return (wrapped(argumentOfLatitude - entry.u[0]) / TURN) * entry.u.length;
  }

  // One quantity of each surface at a place of the orbit, or its mean.
  values(result, place) {
    if (place === null || !result.around) return result.mean;
    const count = this.surfaces.length;
    const samples = result.around.length / count;
    const low = Math.floor(place) % samples;
    const part = place - Math.floor(place);
    const a = low * count;
    const b = ((low + 1) % samples) * count;
    return Float32Array.from({ length: count }, (_, k) => result.around[a + k] * (1 - part) + result.around[b + k] * part);
  }

  // Values of some surfaces together, weighted by area; errors add up as if they went the same way.
  together(values, members) {
    const area = members.reduce((sum, k) => sum + this.surfaces[k].area_m2, 0);
    return members.reduce((sum, k) => sum + values[k] * this.surfaces[k].area_m2, 0) / area;
  }

  around(result, members) {
    if (!result.around) return null;
    const count = this.surfaces.length;
    const samples = result.around.length / count;
    return Array.from({ length: samples }, (_, t) =>
      this.together(result.around.subarray(t * count, (t + 1) * count), members),
    );
  }

  // End of the colour scale of a quantity over all cases: hot corners do not rule it.
  topOf(key) {
    let top = 0;
    for (const entry of this.cases) {
      const result = entry.results.find((r) => r.key === key);
      for (const value of result.mean) top = Math.max(top, value);
    }
    return roundAbove(Math.max(top, 1e-3));
  }

  daysFrom(entry, ms) {
    return Math.abs(entry.start_ms - ms) / DAY_MS;
  }
}

// Surfaces of one kind together: `wing.module.back` for `wing_1.module_03.back` and its sisters.
function groupsOf(surfaces) {
  const groups = new Map();
  surfaces.forEach((s, k) => {
    const kind = s.name.replace(/_\d+(?=\.|$)/g, "");
    if (!groups.has(kind)) groups.set(kind, []);
    groups.get(kind).push(k);
  });
  return groups;
}

// Colours of values, bytes (S, 3), by a colour map given as a flat list.
export function colored(values, top, ramp) {
  const steps = ramp.length / 3 - 1;
  const out = new Uint8Array(3 * values.length);
  values.forEach((value, k) => {
    const at = Math.min(Math.max(value / top, 0), 1) * steps;
    const low = Math.min(Math.floor(at), steps - 1);
    for (let j = 0; j < 3; j++) out[3 * k + j] = ramp[3 * low + j] + (ramp[3 * low + 3 + j] - ramp[3 * low + j]) * (at - low);
  });
  return out;
}
