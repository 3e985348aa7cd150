"use strict";
// Optional: the page is complete without this script. It uses no network and stores nothing.

const plain = (text) => text.replace(/^#/, "");

function reveal() {
  const target = document.getElementById(decodeURIComponent(plain(location.hash)));
  if (target instanceof HTMLDetailsElement) {
    target.hidden = false;
    target.open = true;
    target.scrollIntoView();
  } else if (target?.dataset.status) {
    target.hidden = false;
    target.scrollIntoView();
  }
}

function show(status) {
  for (const one of document.querySelectorAll("[data-status]")) {
    one.hidden = status !== "" && !one.dataset.status.split(" ").includes(status);
  }
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === status));
  }
}

function readable(figure) {
  const plot = figure.querySelector(".plot");
  const drawing = figure.querySelector(".drawing");
  const cursor = figure.querySelector(".cursor");
  const readout = figure.querySelector(".readout");
  const start = Number(plot.dataset.start);
  const end = Number(plot.dataset.end);
  readout.hidden = false;
  const read = (event) => {
    const box = drawing.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const tip = event.target.closest(".drawing *")?.querySelector(":scope > title");
    cursor.toggleAttribute("hidden", share < 0 || share > 1);
    cursor.setAttribute("x1", `${100 * share}%`);
    cursor.setAttribute("x2", `${100 * share}%`);
    const at = `${(start + share * (end - start)).toFixed(2)} s`;
    readout.textContent = share < 0 || share > 1 ? (tip?.textContent ?? "") : `${at}${tip ? `\n${tip.textContent}` : ""}`;
  };
  drawing.addEventListener("pointermove", read);
  drawing.addEventListener("pointerdown", read);
  drawing.addEventListener("pointerleave", () => cursor.toggleAttribute("hidden", true));
}

for (const filter of document.querySelectorAll(".filter")) filter.hidden = false;
for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => show(button.dataset.show));
}
document.querySelectorAll("figure").forEach(readable);
window.addEventListener("hashchange", reveal);
if (location.hash) reveal();
