(() => {
  "use strict";
  const dialog = document.querySelector("[data-finder-dialog]");
  if (!dialog) return;
  const input = dialog.querySelector("input");
  const list = dialog.querySelector("[role=listbox]");
  const note = dialog.querySelector("[role=status]");
  // A mail or a telephone number is of a person, and stands in no address.
  const personal = (text) => /@/.test(text) || /^[+(]?[\d\s()./-]{7,}$/.test(text);
  let waiting = 0;
  let asking = null;
  let active = -1;

  const options = () => [...list.children];
  const choose = (at) => {
    const all = options();
    active = all.length ? (at + all.length) % all.length : -1;
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === active)));
    if (active < 0) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", all[active].id);
    all[active].scrollIntoView({ block: "nearest" });
  };
  const show = (lines, said) => {
    list.replaceChildren(...lines.map((line, at) => {
      const one = document.createElement("li");
      one.id = `finder-${at}`;
      one.setAttribute("role", "option");
      one.dataset.href = line.href;
      const kind = document.createElement("span");
      kind.textContent = line.kind;
      one.append(`${line.words} `, kind);
      return one;
    }));
    list.hidden = !lines.length;
    input.setAttribute("aria-expanded", String(lines.length > 0));
    note.textContent = said;
    choose(lines.length ? 0 : -1);
  };
  const ask = () => {
    const text = input.value.trim();
    if (asking) asking.abort();
    if (!text) { show([], ""); return; }
    if (personal(text)) { show([], dialog.dataset.people); return; }
    asking = new AbortController();
    fetch(`/search/hits?q=${encodeURIComponent(text)}`, { signal: asking.signal })
      .then((answer) => (answer.ok ? answer.json() : { hits: [], near: [] }))
      .then(({ hits, near }) => {
        if (hits.length) show(hits, "");
        else show(near, near.length ? dialog.dataset.near : dialog.dataset.none);
      }, () => {});
  };
  const open = () => {
    if (dialog.open) return;
    input.value = "";
    show([], "");
    dialog.showModal();
    input.focus();
  };
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 90); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); choose(active + 1); }
    // In a field of this kind the first stroke would only empty it.
    if (event.key === "Escape") { event.preventDefault(); dialog.close(); }
    if (event.key === "ArrowUp") { event.preventDefault(); choose(active - 1); }
  });
  dialog.querySelector("form").addEventListener("submit", (event) => {
    const one = options()[active];
    if (one) { event.preventDefault(); location.assign(one.dataset.href); return; }
    // What is left of it, when it is a person's, is asked for on the page itself.
    if (personal(input.value.trim())) { event.preventDefault(); location.assign("/search"); }
  });
  list.addEventListener("click", (event) => {
    const one = event.target.closest("[role=option]");
    if (one) location.assign(one.dataset.href);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.querySelectorAll("[data-finder]").forEach((one) => one.addEventListener("click", (event) => { event.preventDefault(); open(); }));
  document.addEventListener("keydown", (event) => {
    const writing = event.target.closest("input, textarea, select, [contenteditable]");
    if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey)) {
      event.preventDefault();
      open();
    }
  });
})();
