// The picture: all that is drawn, in the order in which it is drawn.

import * as THREE from "three";
import { cross, dot, norm, plus, scaled, subtract, turned, turnedBack } from "./vectors.js";
import { bodyAxes } from "./attitude.js";
import { CraftModel, MOST_FAR, MOST_NEAR } from "./craft.js";
import { Earth, squeezeOf } from "./earth.js";
import { Fleet } from "./fleet.js";
import { ShadowBody, placeSun, starField, sunGlow } from "./heavens.js";
import { orbitFrame } from "./orbit.js";
import { project, rayThrough } from "./rig.js";
import { sunlitFraction } from "./shadow.js";
import { ratioOf } from "./start.js";

const NEAR_PIXELS = 46; // size from which the whole mesh is drawn
const SMALLEST_PIXELS = 1.2;
const MAKES_WAY = 0.7; // of what is covered at the side; all of what is covered below
const FIELD = Math.tan((20 * Math.PI) / 180);

export class Stage {
  constructor({ canvas, context, maps, pictures, quality }, given) {
    this.canvas = canvas;
    this.shape = given.earth;
    this.renderer = new THREE.WebGLRenderer({ canvas, context });
    this.renderer.autoClear = false;
    this.renderer.setClearColor(0x000000, 1);
    this.quality = quality;
    this.camera = new THREE.PerspectiveCamera();
    this.camera.matrixAutoUpdate = false;
    this.far = new THREE.Scene();
    this.near = new THREE.Scene();
    this.stars = starField(given.stars, given.look);
    this.sun = sunGlow(given.look);
    this.earth = new Earth(maps, pictures, given.earth, given.look);
    this.shadow = new ShadowBody(given.look);
    this.fleet = new Fleet(given.look, given.earth);
    [this.stars.object, this.sun.object, this.earth.object, this.shadow.object, this.fleet.object].forEach((o, k) => {
      o.renderOrder = k;
      this.far.add(o);
    });
    this.fleet.curves.renderOrder = 5;
    this.fleet.points.renderOrder = 6;
    this.models = given.crafts.map((table) => new CraftModel(table, given.look));
    for (const model of this.models) this.near.add(model.object);
    this.covered = [0, 0];
  }

  // From where a satellite is to the middle of its craft, whose mesh may lie beside its origin; `axes` of its body.
  toMiddle(row, axes) {
    const model = this.models[Math.min(row.group, this.models.length - 1)];
    const [x, y, z] = model.middleM;
    return turnedBack(axes, [x, model.uniforms.flip.value * y, z]);
  }

  get extentM() {
    return this.models[0].extentM;
  }

  // `covered`: CSS pixels at the right and below that words lie over; the picture's centre makes way.
  resize(covered = this.covered) {
    this.covered = covered;
    const width = this.canvas.clientWidth || window.innerWidth;
    const height = this.canvas.clientHeight || window.innerHeight;
    this.size = [width, height];
    const aspect = width / height;
    const free = Math.max(0.5, 1 - covered[1] / height);
    const tall = FIELD * Math.max(1, 0.78 / aspect, 0.82 / free);
    this.half = [tall * aspect, tall];
    this.shift = [(-MAKES_WAY * covered[0]) / width, covered[1] / height];
    this.applyQuality();
  }

  applyQuality() {
    this.ratio = ratioOf(this.quality);
    const wanted = `${this.size} ${this.ratio}`; // buffers are dear: never made anew for the same size
    if (wanted === this.made) return;
    this.made = wanted;
    this.renderer.setPixelRatio(this.ratio);
    this.renderer.setSize(this.size[0], this.size[1], false);
  }

  fly(ring) {
    this.ring = ring;
    this.fleet.fly(ring);
  }

  draw(pose, sky, attitude, selected) {
    const { renderer, camera, half } = this;
    const heightPixels = this.size[1] * this.ratio;
    this.pose = pose;
    camera.matrix.makeBasis(vector(pose.right), vector(pose.up), vector(pose.back));
    camera.matrixWorldNeedsUpdate = true;
    camera.updateMatrixWorld(true);
    const focal = heightPixels / (2 * half[1]);
    this.setProjection(1e-3, 1e3);
    const squeeze = squeezeOf(sky, this.shape);
    this.earth.update(pose, sky, half, this.shift, heightPixels, squeeze);
    this.shadow.update(pose, sky, this.shape);
    placeSun(this.sun, sky);
    this.sun.uniforms.visible_.value = sunlitFraction(pose.position, sky, this.shape);
    this.stars.uniforms.scale.value = this.ratio;
    this.fleet.update(pose, sky, focal, this.extentM, this.ratio);
    const farthest = norm(pose.position) / this.shape.radius_m;
    this.fleet.uniforms.reference.value = Math.max(0.2, Math.min(farthest, 4.3));
    renderer.clear();
    renderer.render(this.far, camera);
    this.placeCraft(pose, sky, attitude, selected, focal);
    if (this.models.some((m) => m.near.count + m.far.count > 0)) {
      this.setProjection(Math.max(0.02, 0.2 * this.nearestM), 4e6);
      renderer.clearDepth();
      renderer.render(this.near, camera);
    }
  }

  setProjection(near, far) {
    const [x, y] = this.half.map((h) => h * near);
    const [right, up] = this.shift;
    this.camera.projectionMatrix.makePerspective((-1 - right) * x, (1 - right) * x, (1 - up) * y, (-1 - up) * y, near, far);
    this.camera.projectionMatrixInverse.copy(this.camera.projectionMatrix).invert();
  }

  // Craft near enough to have a size: those nearest as whole meshes, the others as their largest faces.
  placeCraft(pose, sky, attitude, selected, focal) {
    for (const model of this.models) {
      model.near.clear();
      model.far.clear();
    }
    this.nearestM = Infinity;
    const reach = (this.extentM * focal) / SMALLEST_PIXELS;
    const found = this.around(pose.position, sky, reach, MOST_FAR);
    if (selected !== null && !found.some((f) => f.index === selected)) {
      const position = this.ring.position(selected, sky);
      found.unshift({ index: selected, position, distance: norm(subtract(position, pose.position)) });
    }
    found.sort((a, b) => a.distance - b.distance);
    for (const { index, position, distance } of found) {
      const pixels = (this.extentM * focal) / distance;
      if (pixels < SMALLEST_PIXELS) continue;
      const place = subtract(position, pose.position);
      const state = this.ring.state(index, sky);
      const axes = bodyAxes(attitude, orbitFrame(state.position, state.velocity), sky.sun, state.row.sigma);
      const middle = plus(place, this.toMiddle(state.row, axes), 1);
      if (-dot(middle, pose.back) < -2 * this.extentM) continue;
      const model = this.models[Math.min(state.row.group, this.models.length - 1)];
      const lit = sunlitFraction(position, sky, this.shape);
      const swarm = pixels > NEAR_PIXELS && model.near.count < MOST_NEAR ? model.near : model.far;
      swarm.add(place, axes, lit, index === selected);
      this.nearestM = Math.min(this.nearestM, Math.max(norm(middle) - 0.6 * this.extentM, 0.5));
    }
    const down = scaled(pose.position, -1 / norm(pose.position));
    for (const model of this.models) {
      model.near.upload();
      model.far.upload();
      model.uniforms.sun.value.set(...sky.sun);
      model.uniforms.down.value.set(...down);
      const height = Math.max(norm(pose.position), this.shape.radius_m * 1.001);
      model.uniforms.earthCosine.value = Math.sqrt(1 - (this.shape.radius_m / height) ** 2);
    }
  }

  // Satellites within `reach` of a place, the nearest first where the ring is dense; found row by row.
  around(place, sky, reach, most) {
    const found = [];
    const { ring } = this;
    for (const row of ring.rows) {
      const height = norm(place);
      if (Math.abs(height - row.axisM) > reach + 0.02 * row.axisM + row.axisM * row.eccentricity) continue;
      const at = ring.rowAt(row, sky.ms);
      const normal = ring.normal(row, sky);
      if (Math.abs(dot(place, normal)) > reach + 0.01 * row.axisM) continue;
      const spacing = (2 * Math.PI) / row.count;
      if (row.eccentricity > 0.01 || row.count < 8) {
        for (let k = 0; k < row.count; k++) this.consider(found, at, row, k, spacing, place, sky, reach);
        continue;
      }
      const node = at.inTeme ? turned(sky.gcrsFromTeme, [Math.cos(at.node), Math.sin(at.node), 0]) : [Math.cos(at.node), Math.sin(at.node), 0];
      const ahead = cross(normal, node);
      const u = Math.atan2(dot(place, ahead), dot(place, node)) - at.u;
      const middle = Math.round(u / spacing);
      const span = Math.min(Math.ceil(reach / (row.axisM * spacing)) + 1, most, row.count >> 1);
      for (let k = middle - span; k <= middle + span; k++) this.consider(found, at, row, ((k % row.count) + row.count) % row.count, spacing, place, sky, reach);
    }
    found.sort((a, b) => a.distance - b.distance);
    return found.slice(0, most);
  }

  consider(found, at, row, k, spacing, place, sky, reach) {
    const position = this.ring.positionAt(at, k * spacing, sky);
    const distance = norm(subtract(position, place));
    if (distance < reach) found.push({ index: row.first + k, position, distance });
  }

  // The satellite nearest to a place on the screen, within `within` CSS pixels; the Earth hides what is behind it.
  satelliteAt(x, y, sky, within = 16) {
    const { pose, half, size, ring } = this;
    let best = null;
    let least = within;
    for (const row of ring.rows) {
      const at = ring.rowAt(row, sky.ms);
      const spacing = (2 * Math.PI) / row.count;
      for (let k = 0; k < row.count; k++) {
        const position = ring.positionAt(at, k * spacing, sky);
        const seen = project(pose, position, half, size, this.shift);
        if (!seen) continue;
        const off = Math.hypot(seen.x - x, seen.y - y) - Math.min(30, (0.4 * this.extentM * size[1]) / (2 * half[1] * seen.depth));
        if (off < least && !this.isHidden(position)) {
          least = off;
          best = row.first + k;
        }
      }
    }
    return best;
  }

  isHidden(position) {
    const eye = this.pose.position;
    const way = subtract(position, eye);
    const along = -dot(way, eye) / dot(way, way);
    if (along <= 0 || along >= 1) return false;
    return norm(plus(eye, way, along)) < this.shape.radius_m * 0.9985;
  }

  // Surface of a satellite under a place on the screen: its number, or null.
  surfaceAt(x, y, index, sky, attitude) {
    const state = this.ring.state(index, sky);
    const axes = bodyAxes(attitude, orbitFrame(state.position, state.velocity), sky.sun, state.row.sigma);
    const ray = rayThrough(this.pose, x, y, this.half, this.size, this.shift);
    const origin = turned(axes, subtract(this.pose.position, state.position));
    const model = this.models[Math.min(state.row.group, this.models.length - 1)];
    return model.pick(origin, turned(axes, ray));
  }
}

function vector(v) {
  return new THREE.Vector3(v[0], v[1], v[2]);
}
