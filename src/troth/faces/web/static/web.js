(() => {
  "use strict";
  // A page that is open while a build publishes says so, when somebody comes back to it.
  const own = document.body.dataset.snapshot;
  const note = document.querySelector("[data-fresh]");
  if (own && note) {
    const look = () => fetch("/fresh").then((answer) => (answer.ok ? answer.text() : own)).then((now) => { note.hidden = now === own; }, () => {});
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
    addEventListener("focus", look);
    setInterval(look, 60000);
  }
})();
