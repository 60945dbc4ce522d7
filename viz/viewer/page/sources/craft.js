// The craft itself, near: true triangles, each side in the colour of its surface; and what a ray meets first.

import * as THREE from "three";
import { cross, dot, norm, scaled, subtract } from "./vectors.js";
import { unpacked } from "./document.js";
import { TONE, toneUniforms } from "./tone.js";

const TEXELS = 4; // of a surface: colour and metallic share, finish, value, mirror reflectance
const FAR_FACES = 64; // of the mesh for the distance
const FAR_SHARE = 0.985; // of the area that it keeps
export const MOST_NEAR = 24;
export const MOST_FAR = 1500;

const VERTEX = /* glsl */ `
attribute vec3 normal_;
attribute float front, back;
attribute vec3 rim;
attribute vec3 place, bodyX, bodyY, bodyZ;
attribute float lit, chosen;
uniform float flip;
varying vec3 normalWorld, way, body, flat_, fromRim;
varying float sunlit, isChosen;
flat varying float frontRow, backRow;
void main() {
  fromRim = rim;
  vec3 p = vec3(position.x, flip * position.y, position.z);
  vec3 n = vec3(normal_.x, flip * normal_.y, normal_.z);
  vec3 world = p.x * bodyX + p.y * bodyY + p.z * bodyZ;
  normalWorld = n.x * bodyX + n.y * bodyY + n.z * bodyZ;
  way = place + world;
  body = p;
  flat_ = abs(n);
  sunlit = lit;
  isChosen = chosen;
  frontRow = front;
  backRow = back;
  gl_Position = projectionMatrix * viewMatrix * vec4(way, 1.0);
}
`;

const FRAGMENT = /* glsl */ `
varying vec3 normalWorld, way, body, flat_, fromRim;
varying float sunlit, isChosen;
flat varying float frontRow, backRow;
uniform highp sampler2D surfaces;
uniform vec3 sun, down;
uniform float flip, earthCosine, picked, coloured;
${TONE}
const float PI = 3.14159265;
vec3 around(vec3 d, float rough) {
  // what shines from a direction: the Earth as a disc of sunlit and dark ground, starlight elsewhere
  float c = dot(d, down);
  float inside = smoothstep(earthCosine - 0.02 - 0.5 * rough, earthCosine + 0.02 + 0.3 * rough, c);
  vec3 rim = normalize(d - c * down + 1e-5);
  float day = dot(normalize(mix(rim, -down, 0.35)), sun);
  vec3 earth = mix(vec3(0.004, 0.006, 0.011), vec3(0.22, 0.31, 0.46), smoothstep(-0.15, 0.5, day));
  return mix(vec3(0.0065, 0.0072, 0.0090), earth, inside);
}
void main() {
  bool isFront = gl_FrontFacing == (flip > 0.0);
  float row = isFront ? frontRow : backRow;
  vec3 n = normalize(normalWorld) * (isFront ? 1.0 : -1.0);
  vec3 v = -normalize(way);
  if (row < 0.0) {
    gl_FragColor = vec4(tone(vec3(0.004)), 1.0);
    return;
  }
  vec4 base = texelFetch(surfaces, ivec2(0, int(row + 0.5)), 0);
  vec4 more = texelFetch(surfaces, ivec2(1, int(row + 0.5)), 0);
  vec4 heat = texelFetch(surfaces, ivec2(2, int(row + 0.5)), 0);
  vec3 nearRim = smoothstep(vec3(1.6), vec3(0.4), fromRim / max(fwidth(fromRim), 1e-6));
  float outline = max(nearRim.x, max(nearRim.y, nearRim.z));
  vec3 color = base.rgb * (1.0 - 0.55 * outline);
  float metallic = base.a, rough = max(more.x, 0.12);
  vec3 sheen = texelFetch(surfaces, ivec2(3, int(row + 0.5)), 0).rgb;
  float seam = 0.0;
  if (more.y > 0.0) {
    vec2 at = (flat_.z > 0.7 ? body.xy : flat_.y > 0.7 ? body.xz : body.yz) / more.yz;
    vec2 wide = fwidth(at);
    vec2 off = abs(fract(at) - 0.5);
    vec2 lines = smoothstep(0.5 - 0.022 - wide, vec2(0.5 - 0.012), off) * clamp(0.06 / max(wide, 0.02), 0.0, 1.0);
    seam = clamp(max(lines.x, lines.y), 0.0, 1.0);
    vec2 cell = floor(at);
    float vary = fract(sin(dot(cell, vec2(12.9898, 78.233))) * 43758.5453);
    color *= 1.0 + 0.18 * (vary - 0.5) * clamp(0.25 / max(max(wide.x, wide.y), 0.05), 0.0, 1.0);
    color = mix(color, vec3(0.45, 0.42, 0.36), 0.55 * seam);
    sheen = mix(sheen, vec3(0.04), seam);
    rough = min(rough, 0.28);
  }
  if (coloured > 0.5) {
    float shade = 0.80 + 0.20 * max(dot(n, v), 0.0);
    vec3 shown = heat.a > 0.5 ? heat.rgb * shade : vec3(0.05);
    shown = mix(shown, vec3(dot(shown, vec3(0.33)) > 0.35 ? 0.0 : 0.75), 0.45 * outline);
    if (abs(row - picked) < 0.5 && isChosen > 0.5) shown = mix(shown, vec3(1.0), 0.22);
    gl_FragColor = vec4(shown, 1.0);
    return;
  }
  vec3 h = normalize(sun + v);
  float nl = max(dot(n, sun), 0.0), nv = max(dot(n, v), 1e-3), nh = max(dot(n, h), 0.0), vh = max(dot(v, h), 0.0);
  vec3 f0 = mix(sheen, color, metallic);
  float a2 = pow(rough, 4.0);
  float spread = a2 / (PI * pow(nh * nh * (a2 - 1.0) + 1.0, 2.0));
  float k = 0.5 * rough * rough;
  float hidden = 0.25 / ((nl * (1.0 - k) + k) * (nv * (1.0 - k) + k));
  vec3 fresnel = f0 + (1.0 - f0) * pow(1.0 - vh, 5.0);
  vec3 sunny = sunlit * vec3(1.0, pow(sunlit, 0.6), pow(sunlit, 1.4));
  vec3 light = nl * sunny * ((1.0 - metallic) * color + PI * fresnel * min(spread * hidden, 12.0));
  vec3 edge = f0 + (max(vec3(1.0 - rough), f0) - f0) * pow(1.0 - nv, 5.0);
  light += edge * around(reflect(-v, n), rough);
  float share = clamp(0.5 + 0.5 * dot(n, down), 0.0, 1.0);
  light += (1.0 - metallic) * color * mix(vec3(0.03), around(normalize(n + 0.9 * down), 0.8), share * share);
  if (abs(row - picked) < 0.5 && isChosen > 0.5) light += vec3(0.05, 0.035, 0.015);
  gl_FragColor = vec4(tone(light), 1.0);
}
`;

export class CraftModel {
  constructor(table, look) {
    this.table = table;
    this.vertices = unpacked(table.vertices_m);
    this.faces = unpacked(table.faces);
    this.front = unpacked(table.front);
    this.back = unpacked(table.back);
    this.surfaces = table.surfaces;
    this.extentM = table.extent_m;
    this.middleM = table.middle_m;
    this.radiusM = table.radius_m;
    this.rows = new Float32Array(4 * TEXELS * this.surfaces.length);
    this.texture = new THREE.DataTexture(this.rows, TEXELS, this.surfaces.length, THREE.RGBAFormat, THREE.FloatType);
    this.surfaces.forEach((s, k) => {
      this.rows.set([...s.color, s.metallic, s.roughness, ...(s.cell_m ?? [0, 0]), 0], 4 * TEXELS * k);
      this.rows.set(s.reflectance, 4 * (TEXELS * k + 3));
    });
    this.texture.needsUpdate = true;
    this.uniforms = {
      ...toneUniforms(look),
      surfaces: { value: this.texture },
      sun: { value: new THREE.Vector3() },
      down: { value: new THREE.Vector3() },
      earthCosine: { value: 0.4 },
      flip: { value: 1 },
      picked: { value: -2 },
      coloured: { value: 0 },
    };
    const material = new THREE.ShaderMaterial({
      uniforms: this.uniforms,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      side: THREE.DoubleSide,
    });
    const all = Array.from({ length: this.front.length }, (_, k) => k);
    this.near = new Swarm(this.geometry(all), material, MOST_NEAR);
    this.far = new Swarm(this.geometry(this.largest(all)), material, MOST_FAR);
    this.object = new THREE.Group();
    this.object.add(this.near.mesh, this.far.mesh);
  }

  corner(face, k) {
    const at = 3 * this.faces[3 * face + k];
    return [this.vertices[at], this.vertices[at + 1], this.vertices[at + 2]];
  }

  // Twice the area along the normal of a face.
  areaVector(face) {
    const a = this.corner(face, 0);
    return cross(subtract(this.corner(face, 1), a), subtract(this.corner(face, 2), a));
  }

  // The few faces that make up nearly all of the area.
  largest(all) {
    const areas = all.map((f) => norm(this.areaVector(f)));
    const order = [...all].sort((a, b) => areas[b] - areas[a]);
    const total = areas.reduce((sum, x) => sum + x, 0);
    let sum = 0;
    const kept = [];
    for (const face of order) {
      if (kept.length >= FAR_FACES || sum > FAR_SHARE * total) break;
      kept.push(face);
      sum += areas[face];
    }
    return kept;
  }

  // Of each face and corner: whether the edge opposite is a border, that is not shared with the same surface.
  borders() {
    if (this.borderTable) return this.borderTable;
    const key = (face, j) => {
      const name = (k) => this.corner(face, k).map((x) => Math.round(x * 1e4)).join(",");
      const [a, b] = [name((j + 1) % 3), name((j + 2) % 3)].sort();
      return `${a};${b};${this.front[face]};${this.back[face]}`;
    };
    const count = new Map();
    for (let face = 0; face < this.front.length; face++) {
      for (let j = 0; j < 3; j++) count.set(key(face, j), (count.get(key(face, j)) ?? 0) + 1);
    }
    this.borderTable = new Uint8Array(3 * this.front.length);
    for (let face = 0; face < this.front.length; face++) {
      for (let j = 0; j < 3; j++) this.borderTable[3 * face + j] = count.get(key(face, j)) === 1 ? 1 : 0;
    }
    return this.borderTable;
  }

  geometry(chosen) {
    const position = new Float32Array(9 * chosen.length);
    const normal = new Float32Array(9 * chosen.length);
    const front = new Float32Array(3 * chosen.length);
    const back = new Float32Array(3 * chosen.length);
    const rim = new Float32Array(9 * chosen.length);
    const borders = this.borders();
    chosen.forEach((face, n) => {
      const across = this.areaVector(face);
      const up = scaled(across, 1 / norm(across));
      for (let k = 0; k < 3; k++) {
        position.set(this.corner(face, k), 9 * n + 3 * k);
        normal.set(up, 9 * n + 3 * k);
        front[3 * n + k] = this.front[face];
        back[3 * n + k] = this.back[face];
        // distance from the edge opposite to each corner, as a share of the height; far where it is no border
        for (let j = 0; j < 3; j++) rim[9 * n + 3 * k + j] = borders[3 * face + j] ? (j === k ? 1 : 0) : 9;
      }
    });
    const geometry = new THREE.InstancedBufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(position, 3));
    geometry.setAttribute("normal_", new THREE.BufferAttribute(normal, 3));
    geometry.setAttribute("front", new THREE.BufferAttribute(front, 1));
    geometry.setAttribute("back", new THREE.BufferAttribute(back, 1));
    geometry.setAttribute("rim", new THREE.BufferAttribute(rim, 3));
    return geometry;
  }

  // Colours of values per surface, bytes (S, 3); null: the materials.
  color(bytes) {
    this.uniforms.coloured.value = bytes ? 1 : 0;
    if (!bytes) return;
    for (let k = 0; k < this.surfaces.length; k++) {
      for (let j = 0; j < 3; j++) this.rows[4 * (TEXELS * k + 2) + j] = bytes[3 * k + j] / 255;
      this.rows[4 * (TEXELS * k + 2) + 3] = 1;
    }
    this.texture.needsUpdate = true;
  }

  // Surface that a ray of the body frame meets first, or null. Mirrored craft are met as they are drawn.
  pick(origin, direction) {
    const flip = this.uniforms.flip.value;
    const o = [origin[0], flip * origin[1], origin[2]];
    const d = [direction[0], flip * direction[1], direction[2]];
    let best = Infinity;
    let found = null;
    for (let face = 0; face < this.front.length; face++) {
      const a = this.corner(face, 0);
      const e1 = subtract(this.corner(face, 1), a);
      const e2 = subtract(this.corner(face, 2), a);
      const p = cross(d, e2);
      const det = dot(e1, p);
      if (Math.abs(det) < 1e-14) continue;
      const s = subtract(o, a);
      const u = dot(s, p) / det;
      if (u < 0 || u > 1) continue;
      const q = cross(s, e1);
      const v = dot(d, q) / det;
      if (v < 0 || u + v > 1) continue;
      const t = dot(e2, q) / det;
      if (t <= 0 || t >= best) continue;
      best = t;
      const row = det > 0 ? this.front[face] : this.back[face];
      found = { surface: row < 0 ? null : row, distanceM: t };
    }
    return found;
  }
}

// Many copies of one mesh; places are relative to the eye, in metres.
class Swarm {
  constructor(geometry, material, most) {
    this.geometry = geometry;
    this.arrays = {};
    for (const [name, size] of Object.entries({ place: 3, bodyX: 3, bodyY: 3, bodyZ: 3, lit: 1, chosen: 1 })) {
      const attribute = new THREE.InstancedBufferAttribute(new Float32Array(size * most), size);
      attribute.setUsage(THREE.DynamicDrawUsage);
      geometry.setAttribute(name, attribute);
      this.arrays[name] = attribute;
    }
    this.mesh = new THREE.Mesh(geometry, material);
    this.mesh.frustumCulled = false;
    this.most = most;
    this.clear();
  }

  clear() {
    this.count = 0;
  }

  add(place, axes, lit, chosen) {
    if (this.count >= this.most) return;
    const n = this.count++;
    this.arrays.place.array.set(place, 3 * n);
    this.arrays.bodyX.array.set(axes[0], 3 * n);
    this.arrays.bodyY.array.set(axes[1], 3 * n);
    this.arrays.bodyZ.array.set(axes[2], 3 * n);
    this.arrays.lit.array[n] = lit;
    this.arrays.chosen.array[n] = chosen ? 1 : 0;
  }

  upload() {
    this.geometry.instanceCount = this.count;
    this.mesh.visible = this.count > 0;
    for (const attribute of Object.values(this.arrays)) attribute.needsUpdate = true;
  }
}
