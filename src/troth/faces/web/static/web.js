(() => {
  "use strict";
  const own = document.body.dataset.snapshot;
  const note = document.querySelector("[data-fresh]");

  // A page that is open while a build publishes says so, when somebody comes back to it.
  if (own && note) {
    const look = () => fetch("/fresh").then((answer) => (answer.ok ? answer.text() : own)).then((now) => { note.hidden = now === own; }, () => {});
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") look(); });
    addEventListener("focus", look);
    setInterval(look, 60000);
  }

  const copied = (button, text) => {
    const label = button.dataset.label || button.textContent;
    button.dataset.label = label;
    const say = (words) => { button.textContent = words; setTimeout(() => { button.textContent = label; }, 2000); };
    if (!navigator.clipboard) { say("—"); return; }
    navigator.clipboard.writeText(text).then(() => say("✓"), () => say("—"));
  };

  const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const csv = (table) => [...table.rows].map((row) => [...row.cells].map((one) => cell(one.innerText.trim())).join(",")).join("\n") + "\n";

  // A drawing takes its colours from the page's style sheet: what is copied carries them with it.
  const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight", "visibility", "display"];
  const svg = (drawing) => {
    const copy = drawing.cloneNode(true);
    const from = [drawing, ...drawing.querySelectorAll("*")];
    [copy, ...copy.querySelectorAll("*")].forEach((one, at) => {
      const style = getComputedStyle(from[at]);
      STYLES.forEach((name) => one.setAttribute(name, style.getPropertyValue(name)));
      one.removeAttribute("class");
    });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    return new XMLSerializer().serializeToString(copy);
  };

  const button = (name, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "copy";
    made.textContent = name;
    made.addEventListener("click", () => act(made));
    return made;
  };
  const dress = (root) => {
    root.querySelectorAll(".scroller:not([data-dressed])").forEach((one) => {
      one.dataset.dressed = "";
      const table = one.querySelector("table");
      if (table) one.after(button("CSV", (made) => copied(made, csv(table))));
    });
    root.querySelectorAll("figure:not([data-dressed])").forEach((one) => {
      one.dataset.dressed = "";
      const drawn = () => [...one.querySelectorAll("svg")].find((each) => each.checkVisibility());
      if (one.querySelector("svg") && !one.querySelector("a[href*='.svg']") && !one.closest(".beside, aside, .measure")) one.append(button("SVG", (made) => copied(made, svg(drawn()))));
    });
  };
  dress(document);
  document.addEventListener("htmx:after:swap", () => dress(document));
  document.addEventListener("htmx:afterSwap", () => dress(document));

  // A place in a file of the rules is shown in the editor, which is one long field.
  const editor = document.querySelector("[data-editor]");
  const show = (line) => {
    const before = editor.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    const end = editor.value.indexOf("\n", before);
    editor.focus();
    editor.setSelectionRange(before, end < 0 ? editor.value.length : end);
    editor.scrollIntoView({ block: "nearest" });
  };
  if (editor) {
    document.querySelectorAll("[data-line]").forEach((link) => link.addEventListener("click", (event) => {
      event.preventDefault();
      show(Number(link.dataset.line));
    }));
    const asked = /^#L(\d+)$/.exec(location.hash);
    if (asked) show(Number(asked[1]));
  }

  // The key of a one-time link stands behind the #, which no server is told and no log has; it does not stay in the history either.
  const key = document.querySelector("input[data-key]");
  if (key && location.hash.length > 1) {
    key.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }
})();
