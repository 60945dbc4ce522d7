// Hands on the picture: mouse, touch, pen, wheel and keys become calls of the app.

const CLICK_PIXELS = 6;
const CLICK_MS = 500;

export function listenToPointers(canvas, app) {
  const down = new Map();
  let start = null;
  let spread = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    start = down.size === 1 ? { x: event.clientX, y: event.clientY, at: performance.now() } : null;
    spread = distance(down);
    app.rig.glide = [0, 0];
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const dx = event.clientX - before.x;
    const dy = event.clientY - before.y;
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (start && Math.hypot(event.clientX - start.x, event.clientY - start.y) > CLICK_PIXELS) start.moved = true;
    if (start && !start.moved) return;
    if (down.size === 2) {
      const now = distance(down);
      if (spread > 0 && now > 0) app.zoom(spread / now);
      spread = now;
    }
    app.turn((dx / down.size) * 0.005, (dy / down.size) * 0.005);
  });
  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    spread = distance(down);
    if (event.type === "pointerup" && start && !start.moved && performance.now() - start.at < CLICK_MS) {
      app.click(event.clientX, event.clientY);
    }
    start = null;
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 30 : 1;
    app.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY * lines * 0.0016))));
  }, { passive: false });
}

function distance(down) {
  if (down.size !== 2) return 0;
  const [a, b] = [...down.values()];
  return Math.hypot(a.x - b.x, a.y - b.y);
}

// What the commands of the list of keys do here; the list itself comes with the page.
const STEP = 0.06;
const TURNS = { left: [STEP, 0], right: [-STEP, 0], up: [0, STEP], down: [0, -STEP] };
const ACTIONS = {
  play: (app) => app.play(!app.playing),
  speed: (app, by) => app.changeSpeed(Number(by) > 0 ? 2 : 0.5),
  step: (app, seconds) => app.goTo(app.ms + 1000 * Number(seconds)),
  jump: (app, where) => app.jump(where),
  turn: (app, way) => app.turn(...TURNS[way]),
  zoom: (app, way) => app.zoom(way === "in" ? 1 / 1.15 : 1.15),
  camera: (app, mode) => app.camera(mode),
  home: (app) => app.aimHome(),
  satellite: (app, by) => app.neighbour(Number(by)),
  side: (app, which) => app.side(which),
  middle: (app) => app.takeMiddle(),
  leave: (app) => app.leaveOne(),
  color: (app) => app.nextColor(),
  umbra: (app) => app.toggle("shadow"),
  curve: (app) => app.toggle("curve"),
  screenshot: (app) => app.savePicture(),
  panels: (app) => app.hideWords(),
  text: (app, way) => app.scaleText(way === "larger" ? 1.1 : 1 / 1.1),
  reset: (app) => app.reset(),
  help: (app) => app.openDialog("help"),
};

// Key -> action, from the lines of the list.
export function keyActions(app, lines) {
  const bound = lines.flatMap((line) => Object.entries(line.does)).map(([key, command]) => {
    const [name, argument] = command.split(":");
    return [key, () => ACTIONS[name](app, argument)];
  });
  return new Map(bound);
}

export function listenToKeys(app, actions) {
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target;
    const hidden = target.closest?.("dialog:not([open])"); // a closed one keeps the focus for a moment
    const field = hidden ? null : target.closest?.("input, select, textarea, button, a");
    // a field keeps the keys that it uses itself
    if (field && (event.key.startsWith("Arrow") || ([" ", "Enter"].includes(event.key) && field.type !== "range"))) return;
    if (target.closest?.("select")) return;
    const found = actions.get(event.key) ?? actions.get(event.key.toLowerCase());
    if (!found) return;
    event.preventDefault();
    found();
  });
  // what the mouse has pressed does not keep the keys: Space plays after "Longest eclipse", as it did before
  window.addEventListener("click", (event) => {
    const pressed = event.detail > 0 && event.target.closest?.("button, input[type=checkbox]");
    if (pressed && !pressed.closest("dialog")) pressed.blur();
  });
}
