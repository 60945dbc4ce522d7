// All satellites as points, and their orbits as lines: the closed form runs in the vertex shader.

import * as THREE from "three";
import { TURN } from "./vectors.js";
import { BEHIND, TONE, toneUniforms } from "./tone.js";

const PER_LINE = 256; // rows in one line of the texture
const TEXELS = 3;
const CURVE_STEPS = 360;
const MOST_CURVES = 24;
const LIGHT = 0.9; // of one satellite of a thousand
const CROWDING = 0.85;

// The closed form of `orbit.js` in single precision: metres in place of micrometres.
const FLIGHT = /* glsl */ `
attribute float line, along;
uniform highp sampler2D rows;
uniform mat3 frame;
uniform vec3 eye, sun, pole;
uniform float stretch, extent, focal;
varying float lit;
vec3 satellite() {
  int k = int(line + 0.5);
  ivec2 at = ivec2(${TEXELS} * (k % ${PER_LINE}), k / ${PER_LINE});
  vec4 plane = texelFetch(rows, at, 0);
  vec4 shape = texelFetch(rows, at + ivec2(1, 0), 0);
  vec4 more = texelFetch(rows, at + ivec2(2, 0), 0);
  float a = shape.x, ex = shape.y, ey = shape.z, u = shape.w + along;
  float e = u;
  for (int i = 0; i < 5; i++) {
    float s = sin(e), c = cos(e);
    e += clamp((u - ey * c + ex * s - e) / (1.0 - c * ex - s * ey), -0.95, 0.95);
  }
  float se = sin(e), ce = cos(e);
  float eCos = ex * ce + ey * se, eSin = ex * se - ey * ce, e2 = ex * ex + ey * ey;
  float root = sqrt(1.0 - e2), part = eSin / (1.0 + root), grow = 1.0 / (1.0 - eCos);
  float sinU = grow * (se - ey - ex * part), cosU = grow * (ce - ex + ey * part);
  float k1 = more.x / (a * (1.0 - e2)), k2 = k1 / (a * (1.0 - e2));
  float c2 = plane.z * plane.z, sin2 = 2.0 * sinU * cosU, cos2 = 1.0 - 2.0 * sinU * sinU;
  float r = a * (1.0 - eCos) * (1.0 - 1.5 * k2 * root * (3.0 * c2 - 1.0)) + 0.5 * k1 * (1.0 - c2) * cos2;
  float du = -0.25 * k2 * (7.0 * c2 - 1.0) * sin2;
  float dn = 1.5 * k2 * plane.z * sin2, di = 1.5 * k2 * plane.z * plane.w * cos2;
  float cu = cosU * cos(du) - sinU * sin(du), su = sinU * cos(du) + cosU * sin(du);
  float cn = plane.x * cos(dn) - plane.y * sin(dn), sn = plane.y * cos(dn) + plane.x * sin(dn);
  float ci = plane.z * cos(di) - plane.w * sin(di), si = plane.w * cos(di) + plane.z * sin(di);
  return frame * (r * vec3(cu * cn - su * ci * sn, cu * sn + su * ci * cn, su * si));
}
float sunlight(vec3 p) {
  vec3 q = p + (stretch - 1.0) * dot(p, pole) * pole;
  vec3 s = normalize(sun + (stretch - 1.0) * dot(sun, pole) * pole);
  float along_ = dot(q, s);
  if (along_ > 0.0) return 1.0;
  float off = length(q - along_ * s);
  return smoothstep(1.0 + along_ * 0.00461, 1.0 - along_ * 0.00470, off);
}
${BEHIND}
vec3 squeezed(vec3 p) { return p + (stretch - 1.0) * dot(p, pole) * pole; }
`;

const COLOR = /* glsl */ `
uniform vec3 litColor, penumbraColor, darkColor;
vec3 hue(float lit) { return lit > 0.0 ? mix(penumbraColor, litColor, lit) : darkColor; }
float strength(float lit) { return lit > 0.0 ? 0.35 + 0.65 * lit : 0.3; }
`;

export class Fleet {
  constructor(look, shape) {
    this.shape = shape;
    this.uniforms = {
      ...toneUniforms(look),
      rows: { value: null },
      frame: { value: new THREE.Matrix3() },
      eye: { value: new THREE.Vector3() },
      sun: { value: new THREE.Vector3() },
      pole: { value: new THREE.Vector3() },
      stretch: { value: 1 / (1 - shape.flattening) },
      extent: { value: 0 },
      focal: { value: 1000 },
      scale: { value: 1 },
      light: { value: LIGHT },
      reference: { value: 4 },
      litColor: { value: new THREE.Vector3(...look.lit) },
      penumbraColor: { value: new THREE.Vector3(...look.penumbra) },
      darkColor: { value: new THREE.Vector3(...look.dark) },
    };
    this.points = new THREE.Points(new THREE.BufferGeometry(), this.material(POINT_VERTEX, POINT_FRAGMENT));
    this.curves = new THREE.LineSegments(new THREE.BufferGeometry(), this.material(CURVE_VERTEX, CURVE_FRAGMENT));
    for (const object of [this.points, this.curves]) object.frustumCulled = false;
    this.object = new THREE.Group();
    this.object.add(this.curves, this.points);
  }

  material(vertexShader, fragmentShader) {
    return new THREE.ShaderMaterial({
      uniforms: this.uniforms,
      vertexShader,
      fragmentShader,
      transparent: true,
      depthTest: false,
      depthWrite: false,
      blending: THREE.CustomBlending,
      blendSrc: THREE.OneFactor,
      blendDst: THREE.OneFactor,
    });
  }

  // Take another ring: attributes once, the texture of its rows at each time.
  fly(ring) {
    this.ring = ring;
    const count = ring.satellites;
    const line = new Float32Array(count);
    const along = new Float32Array(count);
    ring.rows.forEach((row, k) => {
      line.fill(k, row.first, row.first + row.count);
      for (let n = 0; n < row.count; n++) along[row.first + n] = (n * TURN) / row.count;
    });
    this.replace(this.points, line, along);
    const step = Math.max(1, Math.ceil(ring.rows.length / MOST_CURVES));
    const drawn = ring.rows.map((_, k) => k).filter((k) => k % step === 0);
    const lines = new Float32Array(drawn.length * CURVE_STEPS * 2);
    const phases = new Float32Array(lines.length);
    drawn.forEach((k, d) => {
      for (let n = 0; n < CURVE_STEPS; n++) {
        const at = 2 * (d * CURVE_STEPS + n);
        lines[at] = lines[at + 1] = k;
        phases[at] = (n * TURN) / CURVE_STEPS;
        phases[at + 1] = ((n + 1) * TURN) / CURVE_STEPS;
      }
    });
    this.replace(this.curves, lines, phases);
    const height = Math.ceil(ring.rows.length / PER_LINE);
    this.table = new Float32Array(4 * TEXELS * PER_LINE * height);
    this.uniforms.rows.value?.dispose();
    const texture = new THREE.DataTexture(this.table, TEXELS * PER_LINE, height, THREE.RGBAFormat, THREE.FloatType);
    this.uniforms.rows.value = texture;
    this.uniforms.light.value = LIGHT * Math.min(1, (1000 / count) ** CROWDING);
    let reach = 0;
    for (const row of ring.rows) reach = Math.max(reach, row.axisM * (1 + row.eccentricity));
    this.reachM = reach;
  }

  replace(object, line, along) {
    object.geometry.dispose();
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(new Float32Array(3 * line.length), 3));
    geometry.setAttribute("line", new THREE.BufferAttribute(line, 1));
    geometry.setAttribute("along", new THREE.BufferAttribute(along, 1));
    object.geometry = geometry;
  }

  update(eye, sky, focal, extentM, scale) {
    const { ring, table, shape } = this;
    ring.rows.forEach((row, k) => {
      const at = ring.rowAt(row, sky.ms);
      const half = 0.5 * at.j2 * (at.radius / shape.radius_m) ** 2;
      const base = 4 * TEXELS * (PER_LINE * Math.floor(k / PER_LINE) + (k % PER_LINE));
      table[base] = Math.cos(at.node);
      table[base + 1] = Math.sin(at.node);
      table[base + 2] = row.cosI;
      table[base + 3] = row.sinI;
      table[base + 4] = row.axisM / shape.radius_m;
      table[base + 5] = at.ex;
      table[base + 6] = at.ey;
      table[base + 7] = at.u;
      table[base + 8] = half;
    });
    const u = this.uniforms;
    u.rows.value.needsUpdate = true;
    const identity = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
    u.frame.value.set(...(ring.model === "two_body" ? identity : sky.gcrsFromTeme).flat());
    u.eye.value.set(...eye.position.map((x) => x / shape.radius_m));
    u.sun.value.set(...sky.sun);
    u.pole.value.set(...sky.pole);
    u.extent.value = extentM / shape.radius_m;
    u.focal.value = focal;
    u.scale.value = scale;
  }
}

const POINT_VERTEX = /* glsl */ `
${FLIGHT}
${COLOR}
uniform float scale, light, reference;
varying vec3 glow;
void main() {
  vec3 p = satellite();
  vec3 way = p - eye;
  float far = length(way);
  lit = sunlight(p);
  float pixels = extent / far * focal;
  float nearness = clamp(reference / far, 0.35, 4.0);
  float fade = 1.0 - smoothstep(3.0, 9.0, pixels);
  float seen = fade * passed(squeezed(eye), squeezed(p));
  glow = light * strength(lit) * (lit > 0.0 ? nearness : min(nearness, 1.6)) * seen * hue(lit);
  gl_PointSize = scale * clamp(2.6 + 0.55 * nearness, 2.6, 6.0);
  gl_Position = projectionMatrix * viewMatrix * vec4(way, 1.0);
  gl_Position.z = 0.0;
  if (seen < 0.004) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

const POINT_FRAGMENT = /* glsl */ `
varying vec3 glow;
${TONE}
void main() {
  vec2 p = 2.0 * gl_PointCoord - 1.0;
  gl_FragColor = vec4(tone(glow * exp(-3.0 * dot(p, p))), 1.0);
}
`;

const CURVE_VERTEX = /* glsl */ `
${FLIGHT}
varying float seen;
void main() {
  vec3 p = satellite();
  lit = sunlight(p);
  seen = passed(squeezed(eye), squeezed(p));
  gl_Position = projectionMatrix * viewMatrix * vec4(p - eye, 1.0);
  gl_Position.z = 0.0;
}
`;

const CURVE_FRAGMENT = /* glsl */ `
varying float lit, seen;
${COLOR}
void main() {
  gl_FragColor = vec4(seen * 0.16 * strength(lit) * hue(lit), 1.0);
}
`;
