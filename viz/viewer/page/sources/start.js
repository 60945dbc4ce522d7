// What takes longest is asked for first: WebGL and the maps start while the rest of the page is read.

import { readJson } from "./document.js";

const FIRST_QUALITY = 0.5; // of the first frame, so that it is soon there
const MOST_RATIO = 2; // drawn pixels to a CSS pixel

export function ratioOf(quality) {
  return Math.min(window.devicePixelRatio || 1, MOST_RATIO) * quality;
}

// Starts decoding maps given by their addresses: other threads do it while this one goes on.
export function decodeMaps(addresses) {
  return Object.fromEntries(Object.entries(addresses).map(([name, address]) => {
    const picture = new Image();
    picture.src = address;
    return [name, { picture, decoded: picture.decode() }];
  }));
}

// Resolves when all that was asked of WebGL so far is drawn.
export function drawn(context) {
  const fence = context.fenceSync(context.SYNC_GPU_COMMANDS_COMPLETE, 0);
  context.flush();
  return new Promise((resolve) => {
    const look = () => {
      const done = context.isContextLost() || context.getSyncParameter(fence, context.SYNC_STATUS) === context.SIGNALED;
      if (done) resolve();
      else setTimeout(look, 4);
    };
    look();
  });
}

function start() {
  const maps = readJson("maps");
  const pictures = decodeMaps({ ...maps.coarse, noise: maps.noise });
  const canvas = document.getElementById("view");
  // made as large as it is first drawn: to change that costs another start
  canvas.width = Math.floor(window.innerWidth * ratioOf(FIRST_QUALITY));
  canvas.height = Math.floor(window.innerHeight * ratioOf(FIRST_QUALITY));
  const context = canvas.getContext("webgl2", { antialias: true, alpha: false, powerPreference: "high-performance" });
  return { canvas, context, maps, pictures, quality: FIRST_QUALITY };
}

export const started = start();
