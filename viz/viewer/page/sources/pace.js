// Frames: as fine as the time for them allows, finest at rest.

import { element } from "./panel.js";
import { project } from "./rig.js";
import { norm, subtract } from "./vectors.js";

const WORDS_MS = 120; // between changes of the words
const SLOW_FRAME_MS = 55;
const LONGEST_STEP_MS = 2000; // of a slow frame; a page that was hidden goes on from where it was
const STILL_MS = 350; // without a change: drawn once more, as fine as can be

export const pace = {
  // The first frame is coarse, so that it is soon there; the second is not.
  firstFrame() {
    this.drawFrame(performance.now());
    this.stage.quality = 1;
    this.restore = true;
    this.touch();
  },

  // Something changed: draw again.
  touch() {
    this.lastChange = performance.now();
    this.fine = false;
  },

  frame(now) {
    const step = this.lastFrame === null ? 0 : now - this.lastFrame;
    this.lastFrame = now;
    if (this.playing) {
      this.ms += this.speed * Math.min(step, LONGEST_STEP_MS);
      if (this.ms >= this.year.last_ms) {
        this.ms = this.year.last_ms;
        this.play(false);
        this.say(`The page ends with ${this.year.year}.`);
      }
      if (this.followsOrbit) this.recolor();
    }
    const moving = this.playing || this.rig.flight !== null || now - this.lastChange < STILL_MS;
    if (moving) {
      this.adapt(step);
      this.drawFrame(now);
    } else if (!this.fine) {
      this.fine = true;
      if (this.stage.quality !== 1) {
        const coarse = this.stage.quality;
        this.stage.quality = 1;
        this.stage.applyQuality();
        this.drawFrame(now);
        this.stage.quality = coarse;
        this.restore = true;
      } else this.drawFrame(now);
      this.lastFrame = null;
    } else this.lastFrame = null;
  },

  // Fewer pixels where frames are slow, more again where they are quick.
  adapt(step) {
    if (this.restore) {
      this.restore = false;
      this.stage.applyQuality();
      return;
    }
    if (!step || step > 2000) return;
    this.frameMs += 0.25 * (step - this.frameMs);
    const { stage } = this;
    if (this.frameMs > SLOW_FRAME_MS && stage.quality > 0.4) stage.quality = Math.max(0.4, stage.quality * 0.75);
    else if (this.frameMs < 20 && stage.quality < 1) stage.quality = Math.min(1, stage.quality * 1.15);
    else return;
    this.frameMs = 30;
    stage.applyQuality();
  },

  drawFrame(now) {
    const sky = this.sky.at(this.ms);
    const pose = this.rig.pose(sky, this.ring, this.stage.extentM, now);
    this.stage.draw(pose, sky, this.attitude, this.selected);
    this.frames++;
    this.placeReticle(pose, sky);
    if (now - this.lastWords > WORDS_MS) {
      this.lastWords = now;
      this.panel.showNow(this.numbers.at(sky, this.ring, this.attitude, this.selected));
    }
  },

  placeReticle(pose, sky) {
    const reticle = element("reticle");
    let seen = null;
    if (this.selected !== null) {
      const position = this.ring.position(this.selected, sky);
      const far = norm(subtract(position, pose.position)) > 12 * this.stage.extentM;
      if (far && !this.stage.isHidden(position)) seen = project(pose, position, this.stage.half, this.stage.size, this.stage.shift);
    }
    reticle.hidden = seen === null;
    if (seen) reticle.style.transform = `translate(${seen.x.toFixed(1)}px, ${seen.y.toFixed(1)}px)`;
  },
};
