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

// [keys, words, action]
export function keyTable(app) {
  const step = 0.06;
  return [
    [["Space"], "play or pause", () => app.play(!app.playing)],
    [["ArrowLeft"], "turn left", () => app.turn(step, 0)],
    [["ArrowRight"], "turn right", () => app.turn(-step, 0)],
    [["ArrowUp"], "turn up", () => app.turn(0, step)],
    [["ArrowDown"], "turn down", () => app.turn(0, -step)],
    [["+", "="], "nearer", () => app.zoom(1 / 1.15)],
    [["-"], "farther", () => app.zoom(1.15)],
    [["]"], "faster", () => app.changeSpeed(2)],
    [["["], "slower", () => app.changeSpeed(0.5)],
    [["."], "a minute on", () => app.goTo(app.ms + 60e3)],
    [[","], "a minute back", () => app.goTo(app.ms - 60e3)],
    [[">"], "a day on", () => app.goTo(app.ms + 86400e3)],
    [["<"], "a day back", () => app.goTo(app.ms - 86400e3)],
    [["n"], "next eclipse", () => app.nextEclipse()],
    [["l"], "longest eclipse", () => app.longestEclipse()],
    [["e"], "next equinox or solstice", () => app.nextTurn()],
    [["1"], "camera: free", () => app.camera("free")],
    [["2"], "camera: follow a satellite", () => app.camera("follow")],
    [["3"], "camera: ride the ring", () => app.camera("ride")],
    [["4"], "camera: from the Sun", () => app.camera("sun")],
    [["5"], "camera: over the pole", () => app.camera("pole")],
    [["Enter"], "take the satellite or surface in the middle", () => app.takeMiddle()],
    [["j"], "next satellite", () => app.neighbour(1)],
    [["k"], "satellite before", () => app.neighbour(-1)],
    [["b"], "its shaded side", () => app.side("back")],
    [["f"], "its sunlit side", () => app.side("front")],
    [["g"], "its edge", () => app.side("edge")],
    [["c"], "next colour of the craft", () => app.nextColor()],
    [["s"], "shadow on or off", () => app.toggle("shadow")],
    [["o"], "orbit line on or off", () => app.toggle("curve")],
    [["p"], "save a picture", () => app.savePicture()],
    [["h"], "hide or show the words", () => app.hideWords()],
    [["?"], "this list", () => app.openDialog("help")],
    [["Escape"], "leave the satellite", () => app.leave()],
  ];
}

export function listenToKeys(app, table) {
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const name = event.code === "Space" ? "Space" : event.key.length === 1 ? lower(event.key) : event.key;
    const target = event.target;
    const field = target.closest?.("input, select, textarea, button, a");
    // a field keeps the keys that it uses itself
    if (field && (["Space", "Enter"].includes(name) || name.startsWith("Arrow"))) return;
    if (target.closest?.("select")) return;
    const found = table.find(([keys]) => keys.includes(name));
    if (!found) return;
    event.preventDefault();
    found[2]();
  });
}

function lower(key) {
  return /[A-Z]/.test(key) ? key.toLowerCase() : key;
}
