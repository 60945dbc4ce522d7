// The Earth's shadow: share of the solar disc past the ellipsoidal Earth, and time in umbra around an orbit.

import { TURN, clamp, cross, dot, norm, plus, scaled, subtract } from "./vectors.js";

const SUN_RADIUS_M = 695.7e6;

// Angle of the Sun's centre above the near limb, angular radii of Sun and Earth, rad.
export function limbAngles(position, sky, earth) {
  const stretch = 1 / (1 - earth.flattening);
  const toSun = subtract(scaled(sky.sun, sky.sunDistanceM), position);
  const p = plus(position, sky.pole, (stretch - 1) * dot(position, sky.pole));
  let s = plus(toSun, sky.pole, (stretch - 1) * dot(toSun, sky.pole));
  s = scaled(s, 1 / norm(s));
  const along = dot(p, s);
  const offCentre = plus(p, s, -along);
  const offset = norm(offCentre);
  const earthAngle = Math.asin(Math.min(1, earth.radius_m / norm(p)));
  let clear = Math.atan2(offset, -along) - earthAngle;
  if (offset > 0) {
    let limb = plus(scaled(s, Math.cos(clear)), offCentre, -Math.sin(clear) / offset);
    limb = plus(limb, sky.pole, (1 / stretch - 1) * dot(limb, sky.pole));
    const angle = Math.atan2(norm(cross(limb, toSun)), dot(limb, toSun));
    clear = clear > 0 ? angle : -angle;
  }
  return { clear, sunAngle: Math.asin(SUN_RADIUS_M / norm(toSun)), earthAngle };
}

// Share of the solar disc in view: 0 in umbra, 1 in full light.
export function sunlitFraction(position, sky, earth) {
  const { clear, sunAngle, earthAngle } = limbAngles(position, sky, earth);
  if (clear >= sunAngle) return 1;
  if (clear <= -sunAngle) return 0;
  const far = Math.min(clear + 2 * earthAngle, Math.PI - 1e-6);
  return 1 - coveredShare(clear, far, sunAngle);
}

// Share of a disc behind a circle whose limbs stand at `near` and `far` from its centre.
function coveredShare(near, far, sunAngle) {
  const x1 = 2 * Math.tan(0.5 * near);
  const x2 = 2 * Math.tan(0.5 * far);
  const rho = 2 * Math.tan(0.5 * sunAngle);
  if (x1 >= rho) return 0;
  const radius = 0.5 * (x2 - x1);
  if (x1 >= -rho && x2 <= rho) return (radius / rho) ** 2;
  if (x1 <= -rho) return 1;
  const chord = (x1 * x2 + rho * rho) / (x1 + x2);
  const half = Math.sqrt(Math.max(0, rho * rho - chord * chord));
  const covered = rho * rho * Math.acos(clamp(chord / rho, -1, 1)) - chord * half;
  const alpha = Math.atan2(half, 0.5 * (x1 + x2) - chord);
  const segment = alpha < 0.01 ? alpha ** 3 * (2 / 3 - alpha ** 2 * (2 / 15)) : alpha - Math.sin(alpha) * Math.cos(alpha);
  return clamp((covered + radius * radius * segment) / (Math.PI * rho * rho), 0, 1);
}

// Minutes in umbra and from penumbra to penumbra in one revolution of a row at a time, the plane held.
export function shadowMinutes(ring, row, sky, earth, samples = 96) {
  const at = ring.rowAt(row, sky.ms);
  const margin = (u) => limbAngles(ring.positionAt(at, u - at.u, sky), sky, earth);
  const edges = { umbra: 0, shadow: 0 };
  let before = null;
  const crossing = (a, b, of, valueA) => {
    let low = a;
    let high = b;
    for (let k = 0; k < 18; k++) {
      const middle = 0.5 * (low + high);
      if (of(margin(middle)) > 0 === valueA > 0) low = middle;
      else high = middle;
    }
    return 0.5 * (low + high);
  };
  const tests = { umbra: (m) => m.clear + m.sunAngle, shadow: (m) => m.clear - m.sunAngle };
  for (let k = 0; k <= samples; k++) {
    const u = (k * TURN) / samples;
    const found = margin(u);
    const values = { umbra: tests.umbra(found), shadow: tests.shadow(found) };
    if (before) {
      for (const name of ["umbra", "shadow"]) {
        const a = before.values[name];
        const b = values[name];
        if (a <= 0 && b <= 0) edges[name] += u - before.u;
        else if (a <= 0 || b <= 0) {
          const edge = crossing(before.u, u, tests[name], a);
          edges[name] += a <= 0 ? edge - before.u : u - edge;
        }
      }
    }
    before = { u, values };
  }
  const minutes = ring.periodS(row) / TURN / 60;
  return { umbra: edges.umbra * minutes, shadow: edges.shadow * minutes };
}
