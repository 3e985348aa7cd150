"use strict";
// Optional: the page is complete without this script. It sorts the tables of the class by the heading that is clicked.

function order(cell) {
  const text = cell.textContent.trim();
  if (text === "" || text === "-") return null;
  return Number.isNaN(Number(text)) ? text : Number(text);
}

// Upwards, numbers are before texts; a cell that is empty or "-" is last in both directions.
function compare(one, other, sign) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one !== typeof other) return sign * (typeof one === "number" ? -1 : 1);
  return sign * (typeof one === "number" ? one - other : one.localeCompare(other));
}

function sort(table, head) {
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const one of table.tHead.rows[0].cells) one.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const value = (row) => order(row.cells[head.cellIndex]);
  const body = table.tBodies[0];
  body.append(...[...body.rows].sort((one, other) => compare(value(one), value(other), up ? 1 : -1)));
}

for (const table of document.querySelectorAll("table.sorted")) {
  for (const head of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(table, head));
    head.append(button);
  }
}
