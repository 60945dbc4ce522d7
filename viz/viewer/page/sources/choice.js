// What is chosen: camera, satellite, surface.

import { bodyAxes } from "./attitude.js";
import { orbitFrame } from "./orbit.js";
import { element } from "./panel.js";
import { clamp, dot, unit } from "./vectors.js";
import { grouped } from "./words.js";

const SMALL = "(max-width: 48rem), (max-height: 28rem)"; // as in page.css: the panel is behind a button

export const choice = {
  camera(mode, satellite) {
    const near = mode === "follow" || mode === "ride";
    const index = satellite ?? this.selected ?? this.rig.satellite;
    if (near && satellite === undefined && this.selected === null) {
      this.select(this.nearestToMiddle() ?? 0, false);
      this.rig.choose(mode, this.selected, performance.now(), this.stage.pose);
    } else {
      this.rig.choose(mode, near ? index : undefined, performance.now(), this.stage.pose);
    }
    this.panel.showCamera();
    this.touch();
  },

  turn(dx, dy) {
    const scale = this.rig.mode === "free" ? clamp((this.rig.view.dist - 1) / 2.5, 0.06, 1) : 1;
    this.rig.rotate(dx * scale, dy * scale);
    this.touch();
  },

  zoom(factor) {
    const v = this.rig.view;
    if (this.rig.mode === "follow") this.rig.zoom(factor);
    else if (this.rig.mode !== "ride") v.dist = clamp(1 + (v.dist - 1) * factor, 1.02, 40);
    this.touch();
  },

  side(which) {
    if (this.selected === null) this.select(this.nearestToMiddle() ?? 0, true);
    const sky = this.sky.at(this.ms);
    const { position, velocity, row } = this.ring.state(this.selected, sky);
    const frame = orbitFrame(position, velocity);
    const axes = bodyAxes(this.attitude, frame, sky.sun, row.sigma);
    const lean = { back: [0.5, 0.55, -1], front: [-0.45, 0.4, 1], edge: [0.2, 1, -0.12] }[which];
    const way = unit(axes[0].map((_, k) => lean[0] * axes[0][k] + lean[1] * row.sigma * -axes[1][k] + lean[2] * axes[2][k]));
    const [radial, ahead, normal] = frame;
    const from = this.stage.pose;
    this.rig.choose("follow", this.selected, performance.now(), from);
    this.rig.views.follow = {
      az: Math.atan2(dot(way, normal), dot(way, ahead)),
      el: Math.asin(clamp(dot(way, radial), -1, 1)),
      dist: 1.95,
    };
    // the shaded side gets a tenth of what the sunlit one does: each by the scale that shows it
    if (which !== "edge") {
      element("shaded").checked = which === "back";
      this.fitShaded(which === "back");
    }
    this.panel.showCamera();
    this.touch();
  },


  click(x, y) {
    const sky = this.sky.at(this.ms);
    if (this.selected !== null) {
      const met = this.stage.surfaceAt(x, y, this.selected, sky, this.attitude);
      if (met) {
        if (met.surface !== null) this.chooseSurface(this.loadsOfSelected().surfaces[met.surface].name);
        else this.say("This side belongs to no surface: it only blocks light.");
        return;
      }
    }
    const index = this.stage.satelliteAt(x, y, sky, 18);
    if (index !== null && index !== this.selected) this.select(index, true);
  },

  takeMiddle() {
    this.click(...this.middle());
    if (this.selected === null) this.select(this.nearestToMiddle() ?? 0, true);
  },

  nearestToMiddle() {
    return this.stage.satelliteAt(...this.middle(), this.sky.at(this.ms), Math.max(...this.stage.size));
  },

  // Of the picture: beside the panel, above the time bar.
  middle() {
    const { size, shift } = this.stage;
    return [0.5 * (1 + shift[0]) * size[0], 0.5 * (1 - shift[1]) * size[1]];
  },

  select(index, go) {
    this.selected = index;
    this.rig.satellite = index;
    if (go) {
      this.side("back");
      this.say(`Satellite ${grouped(index)}`);
      if (this.speed > 300) this.setSpeed(60);
    }
    this.panel.showSelection();
    this.recolor();
    this.lastWords = -Infinity;
    this.touch();
  },

  neighbour(by) {
    const count = this.ring.satellites;
    this.select(((this.selected ?? 0) + by + count) % count, this.rig.mode !== "follow");
    this.say(`Satellite ${grouped(this.selected)}`);
  },

  leave() {
    const was = this.selected;
    this.selected = null;
    this.surface = null;
    if (this.rig.isNear) this.camera("free");
    this.paintPicked();
    this.panel.showSelection();
    if (was !== null) this.canvas.focus({ preventScroll: true });
    this.touch();
  },

  // One step back: from the surface, then from the satellite.
  leaveOne() {
    if (this.surface !== null) this.chooseSurface("");
    else this.leave();
  },

  // The present camera as it stood at first.
  aimHome() {
    this.rig.goHome(this.sky.at(this.ms));
    this.touch();
  },

  loadsOfSelected() {
    const group = this.selected === null ? 0 : this.ring.rowOf(this.selected).group;
    return this.loads[Math.min(group, this.loads.length - 1)];
  },

  // A surface by name, or all of one kind; "" for none.
  chooseSurface(name) {
    this.surface = name || null;
    element("surface").value = this.surface ?? "";
    this.panel.heatShown = null;
    this.paintPicked();
    this.lastWords = -Infinity;
    this.touch();
    if (name) {
      this.say(name);
      if (this.selected !== null && window.matchMedia(SMALL).matches) this.panel.openMenu(true);
    }
  },

  membersOfSurface() {
    if (this.surface === null) return null;
    const loads = this.loadsOfSelected();
    if (loads.groups.has(this.surface) && loads.groups.get(this.surface).length > 1) return loads.groups.get(this.surface);
    const k = loads.surfaces.findIndex((s) => s.name === this.surface);
    return k < 0 ? null : [k];
  },

  paintPicked() {
    const members = this.membersOfSurface();
    for (const model of this.stage.models) model.uniforms.picked.value = members?.length === 1 ? members[0] : -2;
  },
};
