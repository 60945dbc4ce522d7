// Vectors of three numbers and rotations as arrays of three rows, in double precision.

export const RAD = Math.PI / 180;
export const TURN = 2 * Math.PI;

export function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function add(a, b) {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function subtract(a, b) {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function scaled(a, by) {
  return [a[0] * by, a[1] * by, a[2] * by];
}

export function plus(a, b, times) {
  return [a[0] + times * b[0], a[1] + times * b[1], a[2] + times * b[2]];
}

export function norm(a) {
  return Math.sqrt(dot(a, a));
}

export function unit(a) {
  return scaled(a, 1 / norm(a));
}

// The part of `a` across the unit vector `axis`, of length one; `limit` where nothing is left.
export function across(a, axis, limit) {
  const left = plus(a, axis, -dot(a, axis));
  return norm(left) < 1e-8 ? limit : unit(left);
}

// rotation @ vector
export function turned(rotation, v) {
  return [dot(rotation[0], v), dot(rotation[1], v), dot(rotation[2], v)];
}

// transpose(rotation) @ vector
export function turnedBack(rotation, v) {
  const [a, b, c] = rotation;
  return [
    a[0] * v[0] + b[0] * v[1] + c[0] * v[2],
    a[1] * v[0] + b[1] * v[1] + c[1] * v[2],
    a[2] * v[0] + b[2] * v[1] + c[2] * v[2],
  ];
}

export function transposed(r) {
  return [
    [r[0][0], r[1][0], r[2][0]],
    [r[0][1], r[1][1], r[2][1]],
    [r[0][2], r[1][2], r[2][2]],
  ];
}

// a @ b
export function product(a, b) {
  const columns = transposed(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
}

// Rotation by a vector: its direction is the axis, its length the angle.
export function rotationOf(vector) {
  const angle = norm(vector);
  if (angle < 1e-15) return [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
  const [x, y, z] = scaled(vector, 1 / angle);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const k = 1 - c;
  return [
    [c + x * x * k, x * y * k - z * s, x * z * k + y * s],
    [y * x * k + z * s, c + y * y * k, y * z * k - x * s],
    [z * x * k - y * s, z * y * k + x * s, c + z * z * k],
  ];
}

export function aboutZ(angle) {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  return [[c, -s, 0], [s, c, 0], [0, 0, 1]];
}

// Angle in [0, 2 pi).
export function wrapped(angle) {
  const left = angle % TURN;
  return left < 0 ? left + TURN : left;
}

export function clamp(x, low, high) {
  return Math.min(Math.max(x, low), high);
}

export function mix(a, b, t) {
  return a + (b - a) * t;
}

export function smooth(x) {
  const t = clamp(x, 0, 1);
  return t * t * (3 - 2 * t);
}
