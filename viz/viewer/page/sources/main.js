// Opens the page: reads what it was given, asks for WebGL, draws the first frame.

import { drawn, started } from "./start.js";
import { App } from "./app.js";
import { readJson } from "./document.js";
import { bodyAxes } from "./attitude.js";
import { orbitFrame } from "./orbit.js";
import { computedCalendar } from "./calendar.js";
import { shadowMinutes, sunlitFraction } from "./shadow.js";

function fail(text) {
  const failure = document.getElementById("failure");
  failure.textContent = text;
  failure.hidden = false;
  document.body.classList.add("failed");
}

async function open() {
  const { canvas, context, maps } = started;
  if (context === null) {
    fail("This page draws with WebGL 2, which this browser does not offer or has switched off. " +
      "Switch on hardware acceleration in its settings, or open the page in another browser.");
    return;
  }
  const app = new App(started, readJson("document"));
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    fail("The graphics of this browser stopped. Load the page again to go on.");
  });
  await app.stage.earth.whole();
  app.firstFrame();
  await drawn(context);
  performance.mark("dawnring:first-frame");
  app.stage.earth.refine(maps.fine, () => app.touch());
  window.dawnring = { app, ...doorsOf(app) };
  const loop = (now) => {
    app.frame(now);
    requestAnimationFrame(loop);
  };
  requestAnimationFrame(loop);
  if (!app.still) app.play(true);
}

// What others may ask the page: the same numbers as `dawnring orbit` gives.
function doorsOf(app) {
  return {
    state(index, ms) {
      const sky = app.sky.at(ms);
      const { position, velocity, row, argumentOfLatitude } = app.ring.state(index, sky);
      const frame = orbitFrame(position, velocity);
      return {
        position_gcrs_m: position,
        velocity_gcrs_m_s: velocity,
        sun_direction_gcrs: sky.sun,
        sun_distance_m: sky.sunDistanceM,
        rotation_body_from_gcrs: bodyAxes(app.attitude, frame, sky.sun, row.sigma),
        rotation_itrs_from_gcrs: sky.itrsFromGcrs,
        sunlit_fraction: sunlitFraction(position, sky, app.shape),
        argument_of_latitude_rad: argumentOfLatitude,
      };
    },
    umbraMinutes(row, ms) {
      return shadowMinutes(app.ring, app.ring.rows[row], app.sky.at(ms), app.shape).umbra;
    },
    calendar(stepDays) {
      return Array.from(computedCalendar(app.ring, app.sky, app.shape, app.year, stepDays).umbra);
    },
  };
}

open();
