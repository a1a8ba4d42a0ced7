// What the benchmark measures inside the page. Installed once as window.bench.
(() => {
  const nextFrame = () => new Promise((done) => requestAnimationFrame(done));
  // A message posted in a frame's callback is handled after that frame was painted.
  const painted = () =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(null);
      });
    });
  const list = () => document.querySelector("[role=listbox]");
  const anchor = () => document.querySelector("[role=log] [data-anchor]")?.dataset.anchor ?? null;

  // Scrolls to the end of the list until it is that many rows long; answers with its length.
  async function lengthenList(rows, rowHeight) {
    const until = performance.now() + 120_000;
    while (list().scrollHeight < rows * rowHeight && performance.now() < until) {
      list().scrollTop = list().scrollHeight;
      await nextFrame();
    }
    return Math.floor(list().scrollHeight / rowHeight);
  }

  // Scrolls by `step` pixels in each of `frames` frames; answers with the milliseconds from frame to frame
  // and how many rows were drawn without content.
  async function scroll(step, frames) {
    const gaps = [];
    let empty = 0;
    let before = await nextFrame();
    for (let frame = 0; frame < frames; frame += 1) {
      list().scrollTop += step;
      const now = await nextFrame();
      gaps.push(now - before);
      before = now;
      empty += document.querySelectorAll("[role=option]:empty").length;
    }
    return { gaps, empty };
  }

  async function toTop() {
    list().scrollTop = 0;
    for (let frame = 0; frame < 30; frame += 1) await nextFrame();
  }

  // Opens the conversation of the row at that place in view; answers with the milliseconds from the click
  // until messages of another conversation were painted.
  async function switchTo(place) {
    const before = anchor();
    const row = [...document.querySelectorAll("[role=option]")].find((one) => Number(one.ariaPosInSet) === place);
    const start = performance.now();
    row.click();
    while (anchor() === before || anchor() === null) {
      if (performance.now() - start > 10_000) throw new Error(`conversation ${place} did not open`);
      await nextFrame();
    }
    return (await painted()) - start;
  }

  // Notes for every text with this prefix that appears in the open thread when it was painted, by this
  // machine's clock in milliseconds.
  const seen = {};
  function watchTexts(prefix) {
    const note = async () => {
      const fresh = [...document.querySelectorAll("[role=log] article")]
        .map((bubble) => bubble.textContent.match(new RegExp(`${prefix}\\d+;`))?.[0])
        .filter((text) => text !== undefined && !(text in seen));
      for (const text of fresh) seen[text] = null;
      if (fresh.length === 0) return;
      const moment = performance.timeOrigin + (await painted());
      for (const text of fresh) seen[text] = moment;
    };
    new MutationObserver(note).observe(document.querySelector("[role=log]"), { childList: true, subtree: true });
  }

  // Writes a text and presses Enter; answers with whether the bubble stood there when the press had been handled, and with
  // the milliseconds until then and until it was painted.
  async function write(text) {
    const field = document.querySelector(".composer textarea");
    field.focus();
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    await nextFrame();
    await nextFrame();
    const start = performance.now();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true, cancelable: true }));
    // What the press leads to is drawn in the same task, ahead of any frame.
    await null;
    const drawn = performance.now() - start;
    const last = [...document.querySelectorAll("[role=log] article")].at(-1);
    return { atOnce: last?.textContent.includes(text) === true, drawn, painted: (await painted()) - start };
  }

  window.bench = { lengthenList, scroll, toTop, switchTo, watchTexts, write, seen: () => seen };
})();
