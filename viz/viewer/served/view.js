// The picture of the browser viewer: frames come over a socket and are drawn; pointer and keys go back.
// One frame is asked for at a time, so that a slow tab never queues what it cannot show.
(() => {
  // what a control does with a key itself; every other key is the viewer's, wherever the focus is
  const TYPING = "textarea, select, [contenteditable], input:not([type=range])";
  const OF_SLIDERS = /^(Arrow.*|Home|End|PageUp|PageDown)$/;
  const OF_BUTTONS = /^( |Enter)$/;
  const ownKey = (target, key) =>
    target.closest(TYPING) !== null ||
    (target.closest("input[type=range]") !== null && OF_SLIDERS.test(key)) ||
    (target.closest("button, a") !== null && OF_BUTTONS.test(key));

  // what the server has this tab do
  const DO = {
    screenshot: () => document.getElementById("screenshot").click(),
    film: () => document.getElementById("save-film").click(),
    panels: () => document.body.classList.toggle("dawnring-bare"),
  };

  // On small screens one panel at a time; asked again, it closes.
  function openPanel(name) {
    for (const button of document.querySelectorAll("[data-panel]")) {
      const shown = `dawnring-${button.dataset.panel}`;
      const open = button.dataset.panel === name && !document.body.classList.contains(shown);
      document.body.classList.toggle(shown, open);
      button.classList.toggle("chosen", open);
      button.setAttribute("aria-expanded", String(open));
    }
  }

  // On small screens what a click has found is shown: its numbers would stay behind a button.
  const SMALL = "(max-width: 48rem), (max-height: 32rem)"; // as in view.css
  function showFinds() {
    let last = document.getElementById("heading")?.textContent;
    new MutationObserver(() => {
      const found = document.getElementById("heading")?.textContent;
      if (found === last) return;
      last = found;
      const isSurface = found && !found.trim().startsWith("Satellite ");
      const isOpen = document.body.classList.contains("dawnring-view");
      if (isSurface && !isOpen && matchMedia(SMALL).matches) openPanel("view");
    }).observe(document.querySelector(".dawnring .left"), { childList: true, characterData: true, subtree: true });
  }

  function connect(canvas) {
    const context = canvas.getContext("2d");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/picture`);
    socket.binaryType = "arraybuffer";
    let pending = null;
    const send = (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    };
    const resized = () => {
      const box = canvas.getBoundingClientRect();
      send({ size: [Math.round(box.width), Math.round(box.height)] });
    };
    socket.onopen = () => { resized(); send({ ready: true }); };
    socket.onclose = () => document.body.classList.add("dawnring-gone");
    socket.onmessage = async (event) => {
      if (typeof event.data === "string") {
        DO[JSON.parse(event.data).do]?.();
        return;
      }
      const picture = await createImageBitmap(new Blob([event.data], { type: "image/jpeg" }));
      const box = canvas.getBoundingClientRect();
      canvas.width = Math.round(box.width);
      canvas.height = Math.round(box.height);
      context.imageSmoothingQuality = "high";
      // another tab may have another shape: the picture keeps its own
      const scale = Math.max(canvas.width / picture.width, canvas.height / picture.height);
      const wide = picture.width * scale, high = picture.height * scale;
      context.drawImage(picture, 0.5 * (canvas.width - wide), 0.5 * (canvas.height - high), wide, high);
      picture.close();
      canvas.dataset.frames = 1 + Number(canvas.dataset.frames || 0);
      send({ ready: true });
    };
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      canvas.focus();
      resized();
      send({ press: place(event) });
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons === 0) return;
      const first = pending === null;
      pending = place(event);
      if (first) requestAnimationFrame(() => { send({ move: pending }); pending = null; });
    });
    canvas.addEventListener("pointerup", (event) => send({ release: place(event) }));
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      send({ wheel: -Math.sign(event.deltaY), at: place(event) });
    }, { passive: false });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (ownKey(event.target, event.key)) return;
      const { key } = event;
      if (key === " " || key.startsWith("Arrow")) event.preventDefault();
      send({ key });
    });
    document.addEventListener("click", (event) => {
      // what the mouse has pressed does not keep the keys: Space plays after "Longest eclipse", as it did before
      if (event.detail > 0) event.target.closest("button, a")?.blur();
      const { key, panel } = event.target.closest("[data-key], [data-panel]")?.dataset ?? {};
      if (key) send({ key });
      if (panel) openPanel(panel);
    });
    new ResizeObserver(resized).observe(canvas);
  }

  const search = setInterval(() => {
    const canvas = document.getElementById("dawnring-view");
    if (!canvas) return;
    clearInterval(search);
    connect(canvas);
    showFinds();
  }, 30);
})();
