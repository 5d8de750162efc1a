// SPDX-License-Identifier: AGPL-3.0-or-later

// Runs in the page before its own scripts: keeps what the core's Worker tells the page, and when; makes the bench's own
// calls of it; and keeps the longest time in which the page drew no frame since it asked the core to connect or the
// bench began to watch, and the tasks of over 50 ms.
(() => {
  const OWN_CALLS_FROM = 1e9; // above the page's own
  const RealWorker = Worker;
  const probe = (window.kithProbe = {
    events: [],
    toldAt: 0,
    connectedAt: 0,
    longestFrameMs: 0,
    longTasks: [],
    call,
    takeEvents,
    watch,
  });
  const waiting = new Map();
  let worker;
  let nextId = OWN_CALLS_FROM;
  let frameAt = performance.now();

  window.Worker = class extends RealWorker {
    constructor(...given) {
      super(...given);
      worker = this;
      this.addEventListener("message", ({ data }) => {
        if (data.kind === "events") {
          probe.toldAt = performance.now();
          probe.events.push({ at: probe.toldAt, events: data.events });
        }
        if (data.kind === "answer") waiting.get(data.id)?.(data.response);
      });
    }

    postMessage(message, ...rest) {
      if (message.method === "connect") {
        probe.connectedAt = performance.now();
        watch();
      }
      super.postMessage(message, ...rest);
    }
  };

  /** Makes calls of a method, all at once: the serialized responses, in Base64. */
  function call(method, requests) {
    return Promise.all(
      requests.map(
        (request) =>
          new Promise((resolve) => {
            const id = nextId++;
            waiting.set(id, (response) => {
              waiting.delete(id);
              resolve(toBase64(response));
            });
            worker.postMessage({ kind: "call", id, method, request: fromBase64(request) });
          }),
      ),
    );
  }

  function takeEvents() {
    const taken = probe.events.splice(0).map(({ at, events }) => ({ at, events: events.map(toBase64) }));
    frameAt = performance.now(); // what this took is not the app's
    return taken;
  }

  function watch() {
    frameAt = performance.now();
    probe.longestFrameMs = 0;
    probe.longTasks = [];
  }

  new PerformanceObserver((list) => {
    probe.longTasks.push(...list.getEntries().map(({ startTime, duration }) => ({ at: startTime, ms: duration })));
  }).observe({ type: "longtask" });

  function frame() {
    const now = performance.now();
    probe.longestFrameMs = Math.max(probe.longestFrameMs, now - frameAt);
    frameAt = now;
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);

  const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
})();
