// The Earth and its air: one ray per pixel against the ellipsoid; the same model as dawnring's pictures.

import * as THREE from "three";
import { unpacked } from "./document.js";
import { decodeMaps } from "./start.js";
import { TONE, toneUniforms } from "./tone.js";

const FRAGMENT = /* glsl */ `
precision highp float;
precision highp sampler3D;
in vec2 tangent;
out vec4 shown;
uniform vec3 origin, sun;
uniform mat3 rays;
uniform float pixel, flattening, ready, detailed;
uniform sampler2D land, clouds, lamps, water, noise, views, lights;
uniform sampler3D ground0, ground1, ground2, limb0, limb1, limb2;
uniform vec3 tableSize;
${TONE}
const float PI = 3.14159265;
const vec3 SKYGLOW = vec3(0.0026, 0.0043, 0.0080);
const vec3 AIRGLOW = vec3(0.0038, 0.0064, 0.0072);
const vec3 TWILIGHT = vec3(3.6, 1.7, 0.5);
const vec3 CITY = vec3(1.0, 0.62, 0.28);

float sunPlace(float mu) {
  float low = asinh(SUN_LOW / SUN_KNEE);
  return clamp((asinh(mu / SUN_KNEE) - low) / (asinh(1.0 / SUN_KNEE) - low), 0.0, 1.0);
}
vec3 row(sampler2D table, float which, float rows, float count, float place) {
  return texture(table, vec2((clamp(place, 0.0, 1.0) * (count - 1.0) + 0.5) / count, (which + 0.5) / rows)).rgb;
}
vec3 scattered(sampler3D a, sampler3D b, sampler3D c, float x, float place, float azimuth, float nu) {
  vec3 at = (clamp(vec3(x, place, 0.5 + 0.5 * azimuth), 0.0, 1.0) * (tableSize - 1.0) + 0.5) / tableSize;
  float rayleigh = 3.0 / (16.0 * PI) * (1.0 + nu * nu);
  float y = 1.0 + ASYMMETRY * ASYMMETRY - 2.0 * ASYMMETRY * nu;
  float aerosol = (1.0 - ASYMMETRY * ASYMMETRY) / (4.0 * PI) / (y * sqrt(y));
  return rayleigh * texture(a, at).rgb + aerosol * texture(b, at).rgb + texture(c, at).rgb;
}
vec3 limb(vec3 p, float height, float place, vec3 d) {
  float mu = dot(p, sun);
  vec3 light = vec3(0.0);
  if (mu > -0.3) {
    float nu = dot(sun, d);
    float azimuth = -nu / sqrt(max(1.0 - mu * mu, 1e-6));
    light = scattered(limb0, limb1, limb2, place, sunPlace(mu), azimuth, nu);
    light *= smoothstep(-0.3, -0.2, mu) * (1.0 + TWILIGHT * smoothstep(0.10, -0.10, mu));
  }
  float night = smoothstep(0.0, -0.25, mu);
  float x = (height - 90.0) / 6.0;
  return light + night * (exp(-x * x) + 0.30 * smoothstep(94.0, 80.0, height)) * AIRGLOW;
}
vec2 place(vec3 n) {
  return vec2(0.5 + atan(n.y, n.x) / (2.0 * PI), 0.5 + asin(clamp(n.z, -1.0, 1.0)) / PI);
}
vec3 read(sampler2D map, vec2 uv, float footprint) {
  return textureLod(map, uv, log2(max(footprint * float(textureSize(map, 0).x) / (2.0 * PI), 1.0))).rgb;
}
float grain(vec3 p, float repeats) {
  vec3 w = p * p * p * p;
  float total = w.x * texture(noise, p.yz * repeats + vec2(0.0, 0.37)).r;
  total += w.y * texture(noise, p.zx * repeats + vec2(0.11, 0.0)).r;
  total += w.z * texture(noise, p.xy * repeats + vec2(0.59, 0.83)).r;
  float sum = w.x + w.y + w.z;
  return (total - 0.50196 * sum) * (255.0 / 127.0 * 4.0) / length(w);
}
float fineOf(vec3 p, float footprint) {
  float total = 0.50 * grain(p, 9.0);
  if (footprint < 3e-4) total += 0.32 * smoothstep(3e-4, 1.5e-4, footprint) * grain(p, 61.0);
  if (footprint < 1.4e-4) total += 0.22 * smoothstep(1.4e-4, 5e-5, footprint) * grain(p, 331.0);
  return total;
}
float glint(vec3 n, vec3 d, float mu) {
  vec3 h = sun - d;
  float size = length(h);
  float cosine = dot(n, h) / max(size, 1e-6);
  if (cosine < 0.5) return 0.0;
  float c2 = cosine * cosine;
  float variance = 0.003 + 0.00512 * 7.0;
  float slope = exp(-(1.0 - c2) / (c2 * variance)) / (PI * variance);
  float facing = 1.0 - clamp(dot(sun, h) / size, 0.0, 1.0);
  float fresnel = 0.02 + 0.98 * pow(facing, 5.0);
  return 0.32 * PI * fresnel * slope / (4.0 * max(mu, 0.2) * c2 * c2);
}
vec3 ground(vec3 p, vec3 d, float stride) {
  float mu = clamp(-dot(p, d), 0.0, 1.0);
  vec3 n = normalize(vec3(p.xy, p.z / (1.0 - flattening)));
  float muS = dot(n, sun);
  vec2 uv = place(n);
  float footprint = stride / pow(max(mu, 0.03), 0.65);
  float cloud = read(clouds, uv, footprint).r;
  float shore = read(water, uv, footprint).r;
  float lamp = read(lamps, uv, footprint).r;
  float near = smoothstep(1.6e-3, 4.0e-4, footprint) * detailed;
  float fine = 0.0, slant = 0.0;
  if (near > 0.0) {
    fine = fineOf(p, footprint);
    slant = near * (fine - fineOf(p + 4e-4 * sun, footprint));
    cloud = clamp(cloud + near * 0.50 * fine * sqrt(max(cloud * (1.05 - cloud), 0.0)), 0.0, 1.0);
    cloud += near * 0.6 * (smoothstep(0.05, 0.95, cloud) - cloud);
  }
  float texel = 2.0 * PI / 4096.0;
  shore = (shore * 255.0 - 128.0) / 127.0 * WATER_REACH + near * 0.35 * fine;
  float sea = clamp(0.5 + shore / clamp(footprint / texel, 0.30, 9.0), 0.0, 1.0);
  vec3 color = read(land, uv, footprint);
  float grey = dot(color, vec3(0.30, 0.59, 0.11));
  color = max(1.3 * color - 0.3 * grey, 0.0);
  color = 0.52 * (1.0 - sea) * (1.0 + near * 0.22 * fine) * color + sea * vec3(0.0035, 0.0105, 0.0230);
  vec3 soil = color;
  float clear = 1.0 - cloud;
  float at = sunPlace(muS);
  vec3 light = vec3(0.0);
  if (muS > -0.25) {
    float shade = 0.0;
    if (muS > -0.02) {
      vec3 q = normalize(n + min(7.0 / RADIUS_KM / max(muS, 0.06), 0.012) * sun);
      shade = read(clouds, place(q), footprint).r;
    }
    float relief = clamp(1.0 + 0.75 * (cloud - shade) + 0.9 * min(1.4 * cloud, 1.0) * slant, 0.45, 1.6);
    float mirrored = sea > 0.0 && muS > -0.02 ? sea * glint(n, d, mu) * (1.0 + 0.25 * near * fine) : 0.0;
    float roof = 0.40 * (muS + sqrt(muS * muS + 0.003)) * relief;
    float below = 1.0 - 0.8 * shade;
    vec3 direct = row(lights, 0.0, 3.0, LIGHTS_COUNT, at);
    vec3 top = row(lights, 1.0, 3.0, LIGHTS_COUNT, at);
    vec3 sky = row(lights, 2.0, 3.0, LIGHTS_COUNT, at);
    light = clear * (color * (below * direct * max(muS, 0.0) + sky) + mirrored * below * direct);
    light += cloud * (roof * top + 0.8 * sky);
  }
  float night = smoothstep(0.045, -0.10, muS);
  if (night > 0.0) {
    lamp *= lamp;
    lamp *= exp(near * (1.9 * fine - 1.05)) * (1.0 - near * sea);
    float hot = 0.45 * min(lamp, 1.0);
    lamp *= night * (1.0 - 0.8 * cloud);
    light += lamp * vec3(CITY.r, mix(CITY.g, 0.85 * CITY.r, hot), mix(CITY.b, 0.85 * CITY.r, hot));
    light += night * SKYGLOW * (0.25 + 1.4 * cloud + 2.0 * clear * soil);
  }
  float x = sqrt(mu);
  light *= row(views, 0.0, 2.0, VIEWS_COUNT, x);
  if (muS > -0.25) {
    float nu = dot(sun, d);
    float azimuth = -(nu + mu * muS) / sqrt(max((1.0 - mu * mu) * (1.0 - muS * muS), 1e-6));
    vec3 fog = scattered(ground0, ground1, ground2, x, at, clamp(azimuth, -1.0, 1.0), nu);
    float veil = smoothstep(-0.25, -0.18, muS) * (1.0 - 0.55 * cloud) * (1.0 - 0.62 * sqrt(mu));
    light += veil * fog * (1.0 + TWILIGHT * (1.0 - mu) * smoothstep(0.10, -0.10, muS));
  }
  light += night * 0.30 * min(1.0, 0.09 / max(mu, 0.05)) * AIRGLOW;
  return light;
}
void main() {
  vec3 d = normalize(rays * vec3(tangent, -1.0));
  float along = -dot(origin, d);
  vec3 c = origin + along * d;
  float b = length(c);
  if (along <= 0.0 || b > 1.0 + TOP_KM / RADIUS_KM) discard;
  float angle = pixel / (1.0 + dot(tangent, tangent));
  float covered = clamp((1.0 - b) / (angle * along) + 0.5, 0.0, 1.0);
  float height = max((b - 1.0) * RADIUS_KM, 0.0);
  vec3 light = vec3(0.0);
  float through = 0.0;
  if (covered < 1.0) {
    float where = pow(height / TOP_KM, LIMB_POWER);
    light = (1.0 - covered) * limb(c / b, height, where, d);
    through = (1.0 - covered) * row(views, 1.0, 2.0, VIEWS_COUNT, where).g;
  }
  if (covered > 0.0) {
    float t = along - sqrt(max(0.0, 1.0 - b * b));
    light += covered * ground(normalize(origin + t * d), d, max(angle * t, 1e-7));
  }
  shown = vec4(tone(light), 1.0 - through);
}
`;

const VERTEX = /* glsl */ `
in vec3 position;
out vec2 tangent;
uniform vec2 half_, shift;
void main() {
  tangent = (position.xy - shift) * half_;
  gl_Position = vec4(position.xy, 0.0, 1.0);
}
`;

const UNIFORM_OF = { land: "land", clouds: "clouds", lights: "lamps", water: "water" };

// A full-screen triangle; `update` places the eye.
export class Earth {
  // `pictures`: what `decodeMaps` made of the coarse maps and the noise.
  constructor(maps, pictures, shape, look) {
    const air = maps.air;
    this.shape = shape;
    this.isFine = false;
    this.waited = Object.values(pictures).map((p) => p.decoded);
    const map = (name, color, tiled) => texture(pictures[name], color, tiled);
    const texture2d = (entry, size) => floats(new THREE.DataTexture(unpacked(entry), size[0], size[1]));
    const texture3d = (entry) => floats(new THREE.Data3DTexture(unpacked(entry), ...air.size));
    this.uniforms = {
      ...toneUniforms(look),
      origin: { value: new THREE.Vector3() },
      sun: { value: new THREE.Vector3() },
      rays: { value: new THREE.Matrix3() },
      half_: { value: new THREE.Vector2() },
      shift: { value: new THREE.Vector2() },
      pixel: { value: 1 },
      flattening: { value: shape.flattening },
      detailed: { value: 1 },
      land: { value: map("land", true) },
      clouds: { value: map("clouds") },
      lamps: { value: map("lights") },
      water: { value: map("water") },
      noise: { value: map("noise", false, true) },
      views: { value: texture2d(air.views, air.views_size) },
      lights: { value: texture2d(air.lights, air.lights_size) },
      tableSize: { value: new THREE.Vector3(...air.size) },
    };
    for (let k = 0; k < 3; k++) {
      this.uniforms[`ground${k}`] = { value: texture3d(air.ground[k]) };
      this.uniforms[`limb${k}`] = { value: texture3d(air.limb[k]) };
    }
    const number = (x) => (Number.isInteger(x) ? `${x}.0` : `${x}`);
    const material = new THREE.RawShaderMaterial({
      glslVersion: THREE.GLSL3,
      uniforms: this.uniforms,
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      defines: {
        SUN_LOW: `(${number(air.sun_low)})`,
        SUN_KNEE: number(air.sun_knee),
        ASYMMETRY: number(air.asymmetry),
        RADIUS_KM: number(air.radius_km),
        TOP_KM: number(air.top_km),
        LIMB_POWER: number(air.limb_power),
        LIGHTS_COUNT: number(air.lights_size[0]),
        VIEWS_COUNT: number(air.views_size[0]),
        WATER_REACH: number(maps.water_reach),
      },
      transparent: true,
      depthTest: false,
      depthWrite: false,
      blending: THREE.CustomBlending,
      blendSrc: THREE.OneFactor,
      blendDst: THREE.OneMinusSrcAlphaFactor,
    });
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    this.object = new THREE.Mesh(geometry, material);
    this.object.frustumCulled = false;
  }

  // Resolves when the maps of the first frame are there.
  whole() {
    return Promise.all(this.waited);
  }

  // Takes the fine maps, one after another; `touch` is called when one is there.
  async refine(addresses, touch) {
    for (const [name, address] of Object.entries(addresses)) {
      const { picture, decoded } = decodeMaps({ [name]: address })[name];
      await decoded;
      const uniform = this.uniforms[UNIFORM_OF[name]];
      const coarse = uniform.value;
      uniform.value = texture({ picture, decoded }, name === "land");
      uniform.value.needsUpdate = true;
      coarse.dispose();
      touch();
    }
    this.isFine = true;
  }

  // The eye (rows right, up, back; position in m), the sky and the half field as tangents.
  update(eye, sky, half, shift, heightPixels, squeeze) {
    const u = this.uniforms;
    u.origin.value.set(...squeeze.map((row) => row[0] * eye.position[0] + row[1] * eye.position[1] + row[2] * eye.position[2]));
    const columns = [eye.right, eye.up, eye.back];
    const unitScale = this.shape.radius_m;
    u.rays.value.set(
      ...squeeze.flatMap((row) => columns.map((c) => unitScale * (row[0] * c[0] + row[1] * c[1] + row[2] * c[2]))),
    );
    const itrs = sky.itrsFromGcrs;
    u.sun.value.set(...itrs.map((row) => row[0] * sky.sun[0] + row[1] * sky.sun[1] + row[2] * sky.sun[2]));
    u.half_.value.set(...half);
    u.shift.value.set(...shift);
    u.pixel.value = (2 * half[1]) / heightPixels;
  }
}

// One map, shown once it is decoded.
function texture({ picture, decoded }, color, tiled) {
  const made = new THREE.Texture(picture);
  made.wrapS = THREE.RepeatWrapping;
  made.wrapT = tiled ? THREE.RepeatWrapping : THREE.ClampToEdgeWrapping;
  made.minFilter = THREE.LinearMipmapLinearFilter;
  made.magFilter = THREE.LinearFilter;
  if (color) made.colorSpace = THREE.SRGBColorSpace;
  else made.format = THREE.RedFormat;
  decoded.then(() => {
    made.needsUpdate = true;
  });
  return made;
}

function floats(texture) {
  texture.format = THREE.RGBAFormat;
  texture.type = THREE.HalfFloatType;
  texture.minFilter = THREE.LinearFilter;
  texture.magFilter = THREE.LinearFilter;
  texture.unpackAlignment = 2;
  texture.needsUpdate = true;
  return texture;
}

// Rows that turn GCRS metres into Earth-fixed axes in which the ellipsoid is the unit sphere.
export function squeezeOf(sky, shape) {
  const polar = 1 / (1 - shape.flattening);
  return sky.itrsFromGcrs.map((row, k) => row.map((x) => (x * (k === 2 ? polar : 1)) / shape.radius_m));
}
