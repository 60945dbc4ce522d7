// Stars at their places, the Sun, and the body of the Earth's shadow.

import * as THREE from "three";
import { cross, norm, scaled, smooth, unit } from "./vectors.js";
import { unpacked } from "./document.js";
import { BEHIND, TONE, toneUniforms } from "./tone.js";

const STAR_GAIN = 0.5;
const STAR_POWER = 0.62;
const STAR_SATURATION = 0.8;
const UMBRA_TAPER = 0.004612; // narrowing per length: (solar - terrestrial radius) / distance, at 1 au
const SHADOW_LENGTH = 2.6; // drawn, in Earth radii

function additive(material) {
  material.transparent = true;
  material.depthTest = false;
  material.depthWrite = false;
  material.blending = THREE.CustomBlending;
  material.blendSrc = THREE.OneFactor;
  material.blendDst = THREE.OneFactor;
  return material;
}

export function starField(table, look) {
  const ra = unpacked(table.right_ascension);
  const dec = unpacked(table.declination);
  const magnitude = unpacked(table.magnitude_centi);
  const bv = unpacked(table.color_index_centi);
  const direction = new Float32Array(3 * ra.length);
  const light = new Float32Array(3 * ra.length);
  for (let k = 0; k < ra.length; k++) {
    const a = (ra[k] * 2 * Math.PI) / 65536;
    const d = (dec[k] * 0.5 * Math.PI) / 32767;
    direction.set([Math.cos(d) * Math.cos(a), Math.cos(d) * Math.sin(a), Math.sin(d)], 3 * k);
    const flux = STAR_GAIN * 10 ** (-0.4 * STAR_POWER * (magnitude[k] / 100 - 1));
    light.set(scaled(starColor(bv[k] / 100), flux), 3 * k);
  }
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute("position", new THREE.BufferAttribute(direction, 3));
  geometry.setAttribute("light", new THREE.BufferAttribute(light, 3));
  const uniforms = { ...toneUniforms(look), scale: { value: 1 } };
  const material = additive(new THREE.ShaderMaterial({
    uniforms,
    vertexShader: /* glsl */ `
      attribute vec3 light;
      varying vec3 glow;
      uniform float scale;
      void main() {
        float size = clamp(1.8 + 1.3 * log2(1.0 + 2.0 * max(light.r, max(light.g, light.b))), 1.8, 4.5);
        glow = light;
        gl_Position = projectionMatrix * vec4(mat3(viewMatrix) * position, 1.0);
        gl_Position.z = 0.0;
        gl_PointSize = size * scale;
      }`,
    fragmentShader: /* glsl */ `
      varying vec3 glow;
      ${TONE}
      void main() {
        vec2 p = 2.0 * gl_PointCoord - 1.0;
        gl_FragColor = vec4(tone(glow * exp(-3.2 * dot(p, p))), 1.0);
      }`,
  }));
  const points = new THREE.Points(geometry, material);
  points.frustumCulled = false;
  return { object: points, uniforms };
}

// Linear colour of B - V: black bodies by Ballesteros' formula, as dawnring draws them.
function starColor(index) {
  const bv = Math.min(Math.max(index, -0.35), 2);
  const kelvin = 4600 * (1 / (0.92 * bv + 1.7) + 1 / (0.92 * bv + 0.62));
  const light = [610e-9, 550e-9, 465e-9].map(
    (w) => Math.expm1(0.0143877688 / (w * 6500)) / Math.expm1(0.0143877688 / (w * kelvin)),
  );
  const mean = (light[0] + light[1] + light[2]) / 3;
  return light.map((x) => (x / mean) ** STAR_SATURATION);
}

export function sunGlow(look) {
  const uniforms = { ...toneUniforms(look), visible_: { value: 1 } };
  const material = additive(new THREE.ShaderMaterial({
    uniforms,
    vertexShader: /* glsl */ `
      varying vec2 off;
      void main() {
        off = position.xy;
        gl_Position = projectionMatrix * viewMatrix * modelMatrix * vec4(0.34 * position.xy, 0.0, 1.0);
        gl_Position.z = 0.0;
      }`,
    fragmentShader: /* glsl */ `
      varying vec2 off;
      uniform float visible_;
      ${TONE}
      void main() {
        float r = length(off) * 0.34 / 0.00465;
        float edge = 1.0 - smoothstep(0.75, 1.0, length(off));
        float disc = smoothstep(1.25, 0.9, r) * 3.0;
        float glow = 0.5 * exp(-0.35 * r) + 0.05 / (1.0 + 0.02 * r * r);
        gl_FragColor = vec4(tone(vec3(1.0, 0.96, 0.90) * visible_ * edge * (disc + glow)), 1.0);
      }`,
  }));
  const mesh = new THREE.Mesh(new THREE.PlaneGeometry(2, 2), material);
  mesh.frustumCulled = false;
  return { object: mesh, uniforms };
}

// Umbra and penumbra as a thin veil with bright outlines, drawn where the Earth does not hide it.
export class ShadowBody {
  constructor(look) {
    const rings = 28;
    const around = 128;
    const places = [];
    const index = [];
    for (let i = 0; i <= rings; i++) {
      for (let k = 0; k <= around; k++) places.push((k / around) * 2 * Math.PI, (i / rings) ** 1.3, 0);
    }
    for (let i = 0; i < rings; i++) {
      for (let k = 0; k < around; k++) {
        const a = i * (around + 1) + k;
        index.push(a, a + 1, a + around + 1, a + 1, a + around + 2, a + around + 1);
      }
    }
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(new Float32Array(places), 3));
    geometry.setIndex(index);
    this.uniforms = {
      ...toneUniforms(look),
      eye: { value: new THREE.Vector3() },
      first: { value: new THREE.Vector3() },
      second: { value: new THREE.Vector3() },
      away: { value: new THREE.Vector3() },
      squeeze: { value: new THREE.Matrix3() },
      strength: { value: 1 },
    };
    const material = additive(new THREE.ShaderMaterial({
      uniforms: this.uniforms,
      side: THREE.DoubleSide,
      vertexShader: /* glsl */ `
        uniform vec3 eye, first, second, away;
        varying vec3 place, outward;
        varying float along;
        void main() {
          vec3 limb = cos(position.x) * first + sin(position.x) * second;
          float reach = ${SHADOW_LENGTH.toFixed(2)} * position.y;
          place = limb * (1.0 - ${UMBRA_TAPER} * reach) + reach * away;
          outward = normalize(limb);
          along = position.y;
          gl_Position = projectionMatrix * viewMatrix * vec4(place - eye, 1.0);
          gl_Position.z = 0.0;
        }`,
      fragmentShader: /* glsl */ `
        varying vec3 place, outward;
        varying float along;
        uniform vec3 eye;
        uniform mat3 squeeze;
        uniform float strength;
        ${TONE}
        ${BEHIND}
        void main() {
          vec3 way = normalize(place - eye);
          float facing = abs(dot(way, normalize(outward)));
          float edge = pow(1.0 - facing, 3.0);
          float fade = (1.0 - along) * (1.0 - along) * smoothstep(0.0, 0.02, along);
          float seen = passed(squeeze * eye, squeeze * place);
          gl_FragColor = vec4(strength * seen * fade * (0.035 + 0.30 * edge) * vec3(0.42, 0.58, 0.95), 1.0);
        }`,
    }));
    this.object = new THREE.Mesh(geometry, material);
    this.object.frustumCulled = false;
  }

  // Axes of the limb as the Sun sees it: the ellipsoid squeezed to a sphere, in Earth radii and GCRS.
  update(eye, sky, shape) {
    const stretch = 1 / (1 - shape.flattening);
    const pole = sky.pole;
    const along = (v, by) => {
      const part = (by - 1) * (v[0] * pole[0] + v[1] * pole[1] + v[2] * pole[2]);
      return [v[0] + part * pole[0], v[1] + part * pole[1], v[2] + part * pole[2]];
    };
    const sun = unit(along(sky.sun, stretch));
    const first = unit(cross(sun, Math.abs(sun[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0]));
    const second = cross(sun, first);
    const u = this.uniforms;
    u.first.value.set(...along(first, 1 / stretch));
    u.second.value.set(...along(second, 1 / stretch));
    u.away.value.set(...scaled(sky.sun, -1));
    u.eye.value.set(...scaled(eye.position, 1 / shape.radius_m));
    u.strength.value = smooth((norm(eye.position) / shape.radius_m - 1.15) / 1.2); // from within it is no outline
    // in GCRS the squeeze is a stretch along the pole
    const rows = [0, 1, 2].map((j) => [0, 1, 2].map((k) => (j === k ? 1 : 0) + (stretch - 1) * pole[j] * pole[k]));
    u.squeeze.value.set(...rows.flat());
  }
}

export function placeSun(glow, sky) {
  const z = sky.sun;
  const x = unit(cross(Math.abs(z[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0], z));
  const y = cross(z, x);
  glow.object.matrixAutoUpdate = false;
  glow.object.matrix.set(x[0], y[0], z[0], z[0], x[1], y[1], z[1], z[1], x[2], y[2], z[2], z[2], 0, 0, 0, 1);
  glow.object.matrixWorldNeedsUpdate = true;
  return norm(z);
}
