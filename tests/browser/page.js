// What this folder's tests check on a page. Each function returns lines of text, one for each problem.

const visible = (element) => element.checkVisibility({ visibilityProperty: true });
const cut = (text) => JSON.stringify(text.trim().slice(0, 40));

function words() {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("script, style, title") || !visible(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = element instanceof SVGElement ? [element.getBoundingClientRect()] : [...range.getClientRects()];
    for (const box of boxes) if (box.width > 0 && box.height > 0) found.push({ text: node.textContent, node, element, box });
  }
  return found;
}

function overlaps() {
  const every = words().sort((one, other) => one.box.top - other.box.top);
  const found = [];
  every.forEach((one, index) => {
    for (let next = index + 1; next < every.length && every[next].box.top < one.box.bottom; next++) {
      const other = every[next];
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const high = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
      if (one.element !== other.element && wide > 1 && high > 2) {
        found.push(`${cut(one.text)} and ${cut(other.text)} overlap by ${wide.toFixed(0)} x ${high.toFixed(0)} pixels`);
      }
    }
  });
  return found;
}

function overflows() {
  const width = window.innerWidth;
  const found = [];
  if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const { text, box } of words()) {
    if (box.left < 0 || box.right > width + 0.5) found.push(`${cut(text)} reaches from ${box.left} to ${box.right}`);
  }
  return found;
}

// Like overflows(), but not for parts that have their own scroll bar, such as a wide table.
function escapes() {
  const width = window.innerWidth;
  const scrolls = (one) => ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const found = [];
  if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const { text, element, box } of words()) {
    let one = element;
    while (one !== document.body && !scrolls(one)) one = one.parentElement;
    if (one === document.body && (box.left < 0 || box.right > width + 0.5)) found.push(`${cut(text)} reaches to ${box.right}`);
  }
  return found;
}

// A short word that is split over two lines.
function broken() {
  const found = [];
  const range = document.createRange();
  for (const node of new Set(words().map((one) => one.node))) {
    for (const word of node.textContent.matchAll(/(?<=^|\s)[A-Za-z]{2,14}(?=$|\s)/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size > 1) found.push(cut(word[0]));
    }
  }
  return found;
}

function tiny() {
  const small = ({ element }) => parseFloat(getComputedStyle(element).fontSize) < 11;
  return words().filter(small).map(({ text, element }) => `${cut(text)} at ${getComputedStyle(element).fontSize}`);
}

function colour(text) {
  const parts = text.match(/[\d.]+/g).map(Number);
  return { red: parts[0], green: parts[1], blue: parts[2], alpha: parts[3] ?? 1 };
}

function over(top, below) {
  const mix = (name) => top[name] * top.alpha + below[name] * (1 - top.alpha);
  return { red: mix("red"), green: mix("green"), blue: mix("blue"), alpha: 1 };
}

function ground(element) {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    const style = getComputedStyle(one);
    if (!(one instanceof SVGElement)) layers.push(colour(style.backgroundColor));
  }
  return layers.reverse().reduce((below, top) => over(top, below), colour("rgb(255, 255, 255)"));
}

function light({ red, green, blue }) {
  const [r, g, b] = [red, green, blue].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

// WCAG 2.2, 1.4.3: 4.5 to 1. Within a plot the fault's band may lie below the text.
function pale() {
  const found = [];
  const band = getComputedStyle(document.documentElement).getPropertyValue("--fault-line").trim();
  for (const { text, element } of words()) {
    const drawn = element instanceof SVGElement;
    const below = ground(element);
    const ink = over(colour(getComputedStyle(element)[drawn ? "fill" : "color"]), below);
    const grounds = drawn && band ? [below, over(banded(band), below)] : [below];
    const worst = Math.min(...grounds.map((one) => contrast(ink, one)));
    if (worst < 4.5) found.push(`${cut(text)} has a contrast of ${worst.toFixed(2)}`);
  }
  return found;
}

function banded(text) {
  const [red, green, blue, percent] = text.match(/[\d.]+/g).map(Number);
  return { red, green, blue, alpha: percent / 100 };
}
