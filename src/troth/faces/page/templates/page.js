(() => {
  "use strict";
  const all = (what, root = document) => [...root.querySelectorAll(what)];
  all("[data-print],[data-copy],[data-copy-from],.replay").forEach((one) => { one.hidden = false; });

  const say = (button, words) => {
    const label = button.dataset.label || button.textContent;
    button.dataset.label = label;
    button.textContent = words;
    setTimeout(() => { button.textContent = label; }, 2000);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if ("print" in button.dataset) { window.print(); return; }
    const from = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
    const text = from ? from.textContent : button.dataset.copy;
    if (text === undefined) return;
    const refused = () => {
      if (from) getSelection().selectAllChildren(from);
      say(button, from ? "Selected: press Ctrl C" : "Copying is not allowed here");
    };
    if (!navigator.clipboard) { refused(); return; }
    navigator.clipboard.writeText(text).then(() => say(button, "Copied"), refused);
  });

  const reveal = () => {
    const there = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = there && there.closest("details");
    if (!fold) return;
    fold.open = true;
    there.scrollIntoView({ block: "center" });
    const slider = there.querySelector("input[type=range]");
    if (slider) slider.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  reveal();

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    folded.forEach((one) => { one.open = true; });
  });
  addEventListener("afterprint", () => { folded.forEach((one) => { one.open = false; }); });

  all(".replay").forEach((replay) => {
    const steps = JSON.parse(replay.dataset.steps);
    const slider = replay.querySelector("input");
    const output = replay.querySelector("output");
    const drawings = all("svg", replay.parentElement).map((svg) => ({
      places: steps.places[String(Math.round(svg.viewBox.baseVal.width))],
      marker: svg.querySelector(".marker"),
    })).filter((one) => one.places && one.marker);
    const move = () => {
      const at = Number(slider.value);
      output.textContent = steps.sentences[at];
      slider.setAttribute("aria-valuetext", steps.sentences[at]);
      drawings.forEach(({ places, marker }) => {
        const [x, up, down] = places[at];
        marker.classList.add("on");
        marker.setAttribute("transform", `translate(${x} 0)`);
        const [upper, lower] = marker.querySelectorAll("circle");
        upper.setAttribute("cy", up);
        lower.setAttribute("cy", down);
      });
    };
    slider.addEventListener("input", move);
    move();
  });
})();
