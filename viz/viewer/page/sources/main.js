// Opens the page: reads what it was given, asks for WebGL, draws the first frame.

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

// Whether the browser can draw at all, asked before anything is built.
function canDraw() {
  try {
    return document.createElement("canvas").getContext("webgl2") !== null;
  } catch {
    return false;
  }
}

async function open() {
  if (!canDraw()) {
    fail("This page draws with WebGL 2, which this browser does not offer or has switched off. " +
      "Switch on hardware acceleration in its settings, or open the page in another browser.");
    return;
  }
  const canvas = document.getElementById("view");
  const app = new App(canvas, readJson("document"), readJson("maps"));
  canvas.addEventListener("webglcontextlost", (event) => {
    event.preventDefault();
    fail("The graphics of this browser stopped. Load the page again to go on.");
  });
  await app.stage.earth.whole();
  app.drawFrame(performance.now());
  performance.mark("dawnring:first-frame");
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
