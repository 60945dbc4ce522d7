// Where the eye stands: free about the Earth, with one satellite, on the ring, from the Sun, over the pole.

import { across, add, clamp, cross, dot, mix, norm, plus, scaled, smooth, subtract, turnedBack,
  unit } from "./vectors.js";
import { EQUATOR_M, orbitFrame } from "./orbit.js";

export const CAMERAS = {
  free: "Free",
  follow: "Follow",
  ride: "Ride the ring",
  sun: "From the Sun",
  pole: "Over the pole",
};
const LOWEST = 1.02 * EQUATOR_M; // above the air
const FLIGHT_MS = 1500;

// Turn of each camera when it is chosen: azimuth, elevation, distance (Earth radii, or craft extents).
const STARTS = {
  free: { az: 0, el: 0.3, dist: 4.3 },
  sun: { az: 0, el: 0, dist: 4.6 },
  pole: { az: 0, el: 0, dist: 4.6 },
  follow: { az: -0.9, el: 0.32, dist: 1.9 },
  ride: { az: 0, el: -0.12, dist: 1 },
};

export class Rig {
  // `reach`: of the ring, relative to one at 560 km; wide rings are seen from farther away.
  // `toMiddle`: from where a satellite is to the middle of its craft, of its state and the sky.
  constructor(still, reach, toMiddle) {
    this.toMiddle = toMiddle;
    this.reach = Math.max(1, reach);
    this.still = still; // no flights, no glide
    this.mode = "free";
    this.satellite = 0;
    this.views = Object.fromEntries(Object.keys(STARTS).map((mode) => [mode, this.start(mode)]));
    this.flight = null;
    this.glide = [0, 0];
  }

  start(mode) {
    const s = STARTS[mode];
    return { ...s, dist: mode === "follow" || mode === "ride" ? s.dist : s.dist * this.reach };
  }

  get view() {
    return this.views[this.mode];
  }

  get isNear() {
    return this.mode === "follow" || this.mode === "ride";
  }

  // The first view: the evening side, so that day, night and ring are in the picture.
  greet(sky) {
    const noon = Math.atan2(sky.sun[1], sky.sun[0]);
    this.views.free = { az: noon + (20.7 - 12) * (Math.PI / 12), el: 0.22, dist: 4.3 * this.reach };
  }

  goHome(sky) {
    if (this.mode === "free") this.greet(sky);
    else this.views[this.mode] = this.start(this.mode);
  }

  // Look at the shadow from the side, over the night.
  faceShadow(sky) {
    const anti = Math.atan2(-sky.sun[1], -sky.sun[0]);
    this.views.free = { az: anti + 0.75, el: sky.sun[2] > 0 ? -0.5 : 0.5, dist: 4.3 * this.reach };
  }

  choose(mode, satellite, now, pose) {
    if (pose && !this.still) this.flight = { from: pose, start: now };
    if (mode !== this.mode && mode !== "free") this.views[mode] = this.start(mode);
    this.mode = mode;
    if (satellite !== undefined) this.satellite = satellite;
    this.glide = [0, 0];
  }

  // Fly from a pose to wherever the camera now belongs.
  flyFrom(pose, now) {
    if (!this.still) this.flight = { from: pose, start: now };
  }

  rotate(dx, dy) {
    const v = this.view;
    if (this.mode === "ride") {
      v.az += dx;
      v.el = clamp(v.el - dy, -1.5, 1.5);
      return;
    }
    v.az -= dx;
    v.el = clamp(v.el + dy, -1.55, 1.55);
  }

  zoom(factor) {
    const v = this.view;
    if (this.mode === "ride") return;
    const [low, high] = this.mode === "follow" ? [0.25, 4e5] : [LOWEST / EQUATOR_M, 40];
    v.dist = clamp(v.dist * factor, low, high);
  }

  // Rows right, up, back and the position in GCRS, m; `now` in ms of the screen's clock.
  pose(sky, ring, extentM, now) {
    const goal = this.goal(sky, ring, extentM);
    if (!this.flight) return goal;
    const t = (now - this.flight.start) / FLIGHT_MS;
    if (t >= 1) {
      this.flight = null;
      return goal;
    }
    return between(this.flight.from, goal, smooth(t));
  }

  goal(sky, ring, extentM) {
    const { mode, view } = this;
    if (mode === "follow" || mode === "ride") {
      const state = ring.state(this.satellite, sky);
      const [radial, ahead, normal] = orbitFrame(state.position, state.velocity);
      const position = plus(state.position, this.toMiddle(state, sky), 1);
      if (mode === "ride") {
        const look = direction(view.az, view.el, [ahead, scaled(normal, 1), radial]);
        const place = plus(plus(position, ahead, -2.2 * extentM), radial, 0.55 * extentM);
        return pose(place, look, radial, null);
      }
      const way = direction(view.az, view.el, [ahead, normal, radial]);
      let place = plus(position, way, view.dist * extentM);
      const height = norm(place);
      if (height < LOWEST) place = scaled(place, LOWEST / height);
      return pose(place, unit(subtract(position, place)), radial, position);
    }
    const axes = mode === "sun" ? sunAxes(sky) : mode === "pole" ? poleAxes(sky) : [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    const way = direction(view.az, view.el, axes);
    return pose(scaled(way, view.dist * EQUATOR_M), scaled(way, -1), axes[2], null);
  }
}

function sunAxes(sky) {
  const up = across(sky.pole, sky.sun, [0, 0, 1]);
  return [sky.sun, cross(up, sky.sun), up];
}

function poleAxes(sky) {
  const up = across(sky.sun, sky.pole, [1, 0, 0]);
  return [sky.pole, cross(up, sky.pole), up];
}

function direction(az, el, [x, y, z]) {
  const c = Math.cos(el);
  return unit(add(add(scaled(x, c * Math.cos(az)), scaled(y, c * Math.sin(az))), scaled(z, Math.sin(el))));
}

function pose(position, look, up, focus) {
  const right = unit(cross(look, Math.abs(dot(look, up)) > 0.9999 ? across([0.3, 0.5, 0.8], look, up) : up));
  return { position, right, up: cross(right, look), back: scaled(look, -1), focus };
}

// A pose on the way: the place about the focus of the goal, its distance on a logarithmic scale.
function between(from, to, t) {
  const focus = to.focus ?? [0, 0, 0];
  const a = subtract(from.position, focus);
  const b = subtract(to.position, focus);
  const way = slerp(unit(a), unit(b), t);
  let place = plus(focus, way, Math.exp(mix(Math.log(norm(a)), Math.log(norm(b)), t)));
  const height = norm(place);
  if (height < LOWEST) place = scaled(place, LOWEST / height);
  const turn = turnBetween([from.right, from.up, from.back], [to.right, to.up, to.back], t);
  return { position: place, right: turn[0], up: turn[1], back: turn[2], focus: to.focus };
}

function slerp(a, b, t) {
  const angle = Math.acos(clamp(dot(a, b), -1, 1));
  if (angle < 1e-6) return b;
  if (angle > Math.PI - 1e-3) return slerp(a, across([0.2, 0.3, 0.9], a, [1, 0, 0]), Math.min(1, 2 * t));
  const s = Math.sin(angle);
  return unit(add(scaled(a, Math.sin((1 - t) * angle) / s), scaled(b, Math.sin(t * angle) / s)));
}

// Rows turned from one set of axes to another along the shortest way.
function turnBetween(from, to, t) {
  const step = to.map((row) => from.map((column) => dot(row, column))); // of `from` axes: to @ from^T
  const trace = step[0][0] + step[1][1] + step[2][2];
  const angle = Math.acos(clamp(0.5 * (trace - 1), -1, 1));
  if (angle < 1e-7) return to;
  let axis = [step[1][2] - step[2][1], step[2][0] - step[0][2], step[0][1] - step[1][0]];
  if (norm(axis) < 1e-6) axis = [step[0][0] + 1, step[0][1], step[0][2]];
  axis = unit(axis);
  const world = turnedBack(from, axis);
  const c = Math.cos(t * angle);
  const s = Math.sin(t * angle);
  return from.map((v) => unit(add(add(scaled(v, c), scaled(cross(world, v), s)), scaled(world, dot(world, v) * (1 - c)))));
}

// A place in GCRS on the screen, in CSS pixels from the upper left; null where it is behind the eye.
export function project(pose, point, half, size, shift) {
  const way = subtract(point, pose.position);
  const depth = -dot(way, pose.back);
  if (depth <= 0) return null;
  return {
    x: 0.5 * (1 + shift[0] + dot(way, pose.right) / (depth * half[0])) * size[0],
    y: 0.5 * (1 - shift[1] - dot(way, pose.up) / (depth * half[1])) * size[1],
    depth,
  };
}

// Direction in GCRS through a place on the screen.
export function rayThrough(pose, x, y, half, size, shift) {
  const u = (2 * x) / size[0] - 1 - shift[0];
  const v = 1 - (2 * y) / size[1] - shift[1];
  return unit(plus(plus(scaled(pose.back, -1), pose.right, u * half[0]), pose.up, v * half[1]));
}

