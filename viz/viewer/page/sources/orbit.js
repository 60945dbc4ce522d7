// Orbits from elements: the closed form of dawnring (SGP4 without drag), at any eccentricity, or two bodies.
// Rows are planes of evenly spaced members, or single satellites.

import { RAD, TURN, clamp, cross, norm, scaled, subtract, turned, wrapped } from "./vectors.js";
import { unpacked } from "./document.js";

export const EQUATOR_M = 6378137;
const MU_M3_S2 = 3.986004418e14;
const TROPICAL_YEAR_S = 365.2421897 * 86400;
const LOWEST_M = 150e3;

// Secular rates of mean anomaly, perigee and node at zero eccentricity, rad/s: J2, J2^2 and J4 as in SGP4.
export function secularRates(theory, axisM, cosI) {
  const c2 = cosI * cosI;
  const c4 = c2 * c2;
  const n = Math.sqrt(theory.mu_m3_s2 / axisM ** 3);
  const p2 = (theory.radius_m / axisM) ** 2;
  const first = 1.5 * theory.j2 * p2 * n;
  const second = 0.5 * first * theory.j2 * p2;
  const fourth = -0.46875 * theory.j4 * p2 * p2 * n;
  const anomaly = 0.5 * first * (3 * c2 - 1) + 0.0625 * second * (13 - 78 * c2 + 137 * c4);
  const perigee =
    -0.5 * first * (1 - 5 * c2) +
    0.0625 * second * (7 - 114 * c2 + 395 * c4) +
    fourth * (3 - 36 * c2 + 49 * c4);
  const node = (-first + 0.5 * second * (4 - 19 * c2) + 2 * fourth * (3 - 7 * c2)) * cosI;
  return { anomaly: n + anomaly, perigee, node };
}

// Inclination at which the node keeps pace with the mean Sun, rad; NaN where there is none.
export function sunSynchronousInclination(theory, altitudeM) {
  if (!(altitudeM >= LOWEST_M)) return NaN;
  const axis = EQUATOR_M + altitudeM;
  const wanted = TURN / TROPICAL_YEAR_S;
  const whole = secularRates(theory, axis, 1).node;
  const half = secularRates(theory, axis, 0.5).node;
  const q = (whole - 2 * half) / 0.75;
  const p = whole - q;
  let cosine = wanted / p;
  for (let k = 0; k < 6; k++) {
    cosine -= (cosine * (p + q * cosine * cosine) - wanted) / (p + 3 * q * cosine * cosine);
  }
  return cosine >= -1 && cosine <= 0 ? Math.acos(cosine) : NaN;
}

export class Ring {
  // From the elements of the page's document.
  static fromDocument(elements) {
    const ring = new Ring(elements.model, elements.constants, elements.epoch_ms);
    const columns = {};
    for (const name of ["semi_major_axis_m", "eccentricity", "inclination_rad", "node_rad", "perigee_rad",
      "anomaly_rad", "anomaly_rate_rad_s", "perigee_rate_rad_s", "node_rate_rad_s"]) {
      columns[name] = unpacked(elements[name]);
    }
    const count = unpacked(elements.count);
    const sigma = unpacked(elements.sigma);
    const group = unpacked(elements.group);
    for (let k = 0; k < count.length; k++) {
      ring.addRow({
        axisM: columns.semi_major_axis_m[k],
        eccentricity: columns.eccentricity[k],
        inclination: columns.inclination_rad[k],
        node: columns.node_rad[k],
        perigee: columns.perigee_rad[k],
        anomaly: columns.anomaly_rad[k],
        count: count[k],
        sigma: sigma[k],
        group: group[k],
        rates: columns.node_rate_rad_s && {
          anomaly: columns.anomaly_rate_rad_s[k],
          perigee: columns.perigee_rate_rad_s[k],
          node: columns.node_rate_rad_s[k],
        },
      });
    }
    ring.names = elements.names;
    return ring;
  }

  constructor(model, theory, epochMs) {
    this.model = model;
    this.theory = theory;
    this.epochMs = epochMs;
    this.rows = [];
    this.firsts = [];
    this.satellites = 0;
    this.names = [];
  }

  addRow(row) {
    const cosI = Math.cos(row.inclination);
    if (!row.rates) {
      row.rates =
        this.model === "two_body"
          ? { anomaly: Math.sqrt(MU_M3_S2 / row.axisM ** 3), perigee: 0, node: 0 }
          : secularRates(this.theory, row.axisM, cosI);
    }
    row.cosI = cosI;
    row.sinI = Math.sin(row.inclination);
    row.first = this.satellites;
    this.rows.push(row);
    this.firsts.push(row.first);
    this.satellites += row.count;
  }

  // The row of a satellite, by bisection.
  rowOf(index) {
    let low = 0;
    let high = this.firsts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firsts[middle] <= index) low = middle;
      else high = middle - 1;
    }
    return this.rows[low];
  }

  // From node to node, s.
  periodS(row) {
    return TURN / (row.rates.anomaly + row.rates.perigee);
  }

  // What all members of a row share at one time: node, eccentricity vector, argument of latitude of the first.
  rowAt(row, ms) {
    const t = (ms - this.epochMs) / 1000;
    const perigee = row.perigee + row.rates.perigee * t;
    const periodic = this.model !== "two_body";
    const ratio = this.theory.j3 / this.theory.j2;
    const axis = row.axisM / this.theory.radius_m;
    const k = 1 / (axis * (1 - row.eccentricity ** 2));
    const ex = row.eccentricity * Math.cos(perigee);
    let ey = row.eccentricity * Math.sin(perigee);
    let u = row.anomaly + row.perigee + (row.rates.anomaly + row.rates.perigee) * t;
    if (periodic) {
      ey -= 0.5 * ratio * row.sinI * k;
      u -= (0.25 * ratio * row.sinI * k * ex * (3 + 5 * row.cosI)) / Math.max(1 + row.cosI, 1.5e-12);
    }
    return {
      row,
      node: wrapped(row.node + row.rates.node * t),
      ex,
      ey,
      u: wrapped(u),
      j2: periodic ? this.theory.j2 : 0,
      radius: this.theory.radius_m,
      inTeme: periodic,
    };
  }

  // Position of a satellite in the frame of its elements, m.
  positionOwn(at, along) {
    const { row, ex, ey } = at;
    const u = at.u + along;
    let e = u;
    for (let k = 0; k < 12; k++) {
      const s = Math.sin(e);
      const c = Math.cos(e);
      const step = (u - ey * c + ex * s - e) / (1 - c * ex - s * ey);
      e += clamp(step, -0.95, 0.95);
      if (Math.abs(step) < 1e-13) break;
    }
    const se = Math.sin(e);
    const ce = Math.cos(e);
    const eCos = ex * ce + ey * se;
    const eSin = ex * se - ey * ce;
    const e2 = ex * ex + ey * ey;
    const root = Math.sqrt(1 - e2);
    const part = eSin / (1 + root);
    const stretch = 1 / (1 - eCos);
    const sinU = stretch * (se - ey - ex * part);
    const cosU = stretch * (ce - ex + ey * part);
    const parameter = (row.axisM / at.radius) * (1 - e2);
    const k1 = (0.5 * at.j2) / parameter;
    const k2 = k1 / parameter;
    const sin2 = 2 * sinU * cosU;
    const cos2 = 1 - 2 * sinU * sinU;
    const c2 = row.cosI * row.cosI;
    const r =
      row.axisM * (1 - eCos) * (1 - 1.5 * k2 * root * (3 * c2 - 1)) + 0.5 * k1 * at.radius * (1 - c2) * cos2;
    const latitude = Math.atan2(sinU, cosU) - 0.25 * k2 * (7 * c2 - 1) * sin2;
    const node = at.node + 1.5 * k2 * row.cosI * sin2;
    const tilt = row.inclination + 1.5 * k2 * row.cosI * row.sinI * cos2;
    const cu = Math.cos(latitude);
    const su = Math.sin(latitude);
    const cn = Math.cos(node);
    const sn = Math.sin(node);
    const ci = Math.cos(tilt);
    return [r * (cu * cn - su * ci * sn), r * (cu * sn + su * ci * cn), r * su * Math.sin(tilt)];
  }

  // Phase of a member within its row, rad.
  along(row, index) {
    return ((index - row.first) * TURN) / row.count;
  }

  // Position in GCRS, m.
  position(index, sky) {
    const row = this.rowOf(index);
    return this.positionAt(this.rowAt(row, sky.ms), this.along(row, index), sky);
  }

  positionAt(at, along, sky) {
    const own = this.positionOwn(at, along);
    return at.inTeme ? turned(sky.gcrsFromTeme, own) : own;
  }

  // Position and velocity in GCRS, m and m/s; the velocity by a central difference over two seconds.
  state(index, sky) {
    const row = this.rowOf(index);
    const along = this.along(row, index);
    const before = this.positionAt(this.rowAt(row, sky.ms - 1000), along, sky);
    const after = this.positionAt(this.rowAt(row, sky.ms + 1000), along, sky);
    const at = this.rowAt(row, sky.ms);
    return {
      row,
      position: this.positionAt(at, along, sky),
      velocity: scaled(subtract(after, before), 0.5),
      argumentOfLatitude: wrapped(at.u + along),
    };
  }

  // Unit normal of a row's mean plane in GCRS.
  normal(row, sky) {
    const node = this.rowAt(row, sky.ms).node;
    const own = [row.sinI * Math.sin(node), -row.sinI * Math.cos(node), row.cosI];
    return this.model === "two_body" ? own : turned(sky.gcrsFromTeme, own);
  }
}

// Rows R, T, H of the orbit frame in GCRS.
export function orbitFrame(position, velocity) {
  const radial = scaled(position, 1 / norm(position));
  const h = cross(position, velocity);
  const normal = scaled(h, 1 / norm(h));
  return [radial, cross(normal, radial), normal];
}

// A sun-synchronous ring from the sliders; null where no such orbit exists.
export function synchronousRing(theory, epochSky, wanted) {
  const ring = new Ring("mean", theory, epochSky.ms);
  const planes = wanted.planes;
  wanted.localTimesH.forEach((localTimeH, group) => {
    for (let p = 0; p < planes; p++) {
      const place = planes > 1 ? p / (planes - 1) - 0.5 : 0;
      const altitudeM = 1000 * (wanted.altitudeKm + place * wanted.altitudeSpreadKm);
      const inclination = wanted.inclination ?? sunSynchronousInclination(theory, altitudeM);
      if (!Number.isFinite(inclination)) return;
      const spacing = TURN / wanted.perPlane;
      ring.addRow({
        axisM: EQUATOR_M + altitudeM,
        eccentricity: 0,
        inclination,
        node: wrapped(epochSky.meanSunRad + (localTimeH - 12) * 15 * RAD + place * wanted.nodeSpread),
        perigee: 0,
        anomaly: p * wanted.phaseStep + (group ? (0.5 * spacing * group) / (wanted.localTimesH.length - 1) : 0),
        count: wanted.perPlane,
        sigma: 0,
        group,
      });
    }
  });
  return ring.rows.length === planes * wanted.localTimesH.length ? ring : null;
}
