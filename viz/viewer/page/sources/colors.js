// What the colours of a craft mean.

import { roundAbove } from "./chart.js";
import { colored } from "./loads.js";
import { element } from "./panel.js";

const SHADED_SHARE = 0.25; // of the greatest solar load: below, a surface counts as shaded

export const colors = {
  setColor(key) {
    this.colorKey = key;
    this.recolor();
    this.panel.showScale();
    if (key !== "material" && this.selected === null) this.say("Click a satellite to see its colours.");
    this.touch();
  },

  nextColor() {
    const select = element("color");
    select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
    this.setColor(select.value);
    this.say(select.selectedOptions[0].textContent);
  },

  followOrbit(on) {
    this.followsOrbit = on;
    this.recolor();
    this.touch();
  },

  fitShaded(on) {
    this.fitsShaded = on;
    this.recolor();
    this.panel.showScale();
    this.touch();
  },

  ramp() {
    const ramps = this.given.look.ramps;
    return this.colorKey === "absorbed_solar" || this.colorKey === "absorbed_total" ? ramps.inferno : ramps.viridis;
  },

  recolor() {
    const index = this.selected ?? this.rig.satellite;
    const key = this.colorKey;
    if (key === "material") {
      for (const model of this.stage.models) model.color(null);
      return;
    }
    const argument = this.followsOrbit ? this.ring.state(index, this.sky.at(this.ms)).argumentOfLatitude : null;
    this.scaleTop = Math.max(...this.loads.map((l) => (this.fitsShaded ? this.shadedTop(l, key) : l.topOf(key))));
    this.stage.models.forEach((model, g) => {
      const loads = this.loads[g];
      const entry = loads.caseAt(this.ms);
      const result = entry.results.find((r) => r.key === key);
      const place = argument === null ? null : loads.placeOf(entry, argument);
      model.color(colored(loads.values(result, place), this.scaleTop, this.ramp()));
    });
  },

  // End of a scale that shows the shaded surfaces apart.
  shadedTop(loads, key) {
    let top = 0;
    for (const entry of loads.cases) {
      const solar = entry.results.find((r) => r.key === "absorbed_solar").mean;
      const most = Math.max(...solar);
      entry.results.find((r) => r.key === key).mean.forEach((value, k) => {
        if (solar[k] < SHADED_SHARE * most) top = Math.max(top, value);
      });
    }
    return top > 0 ? roundAbove(top) : loads.topOf(key);
  },
};
