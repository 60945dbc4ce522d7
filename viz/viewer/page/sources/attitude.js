// How the body axes stand: the attitude laws of docs/system.md.

import { across, cross, dot, product, scaled, unit } from "./vectors.js";

export const LAWS = {
  sun_pointing: "Sun-pointing",
  sun_slice_locked: "Sun slice, locked",
  sun_slice_rolling: "Sun slice, rolling",
  lvlh_fixed: "Fixed to the orbit frame",
};

// Rows X, Y, Z of the body in GCRS, from the orbit frame (rows R, T, H), the Sun and its side sigma.
export function bodyAxes(attitude, frame, sun, sigma) {
  const [, ahead, normal] = frame;
  if (attitude.law === "lvlh_fixed") {
    const z = unit(attitude.z_body_rth);
    const x = across(attitude.x_body_rth, z, [0, 1, 0]);
    return product([x, cross(z, x), z], frame);
  }
  if (attitude.law === "sun_slice_locked") return body(ahead, scaled(normal, sigma));
  if (attitude.law === "sun_slice_rolling") return body(ahead, across(sun, ahead, scaled(normal, sigma)));
  return body(across(ahead, sun, scaled(normal, -sigma * Math.sign(dot(ahead, sun)))), sun);
}

function body(x, z) {
  return [x, cross(z, x), z];
}
