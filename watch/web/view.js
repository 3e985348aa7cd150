"use strict";
// Shows the newest view that the server sent. What is not known any more is shown as unknown: after a lost connection
// everything is.

const FACTS = JSON.parse(document.body.dataset.facts);
const TOKEN = new URLSearchParams(location.search).get("token");
const LOST_MS = 3000;
const UNKNOWN = "?";
const SVG = "http://www.w3.org/2000/svg";
const query = TOKEN ? `?token=${encodeURIComponent(TOKEN)}` : "";
const here = (path) => `${path}${query}`;
const lab = (path) => here(`/lab/${FACTS.number}/${path}`);
const by = (id) => document.getElementById(id);
// A text of this page in the language of the server, with its values. The server finds the texts by the name `show`.
const show = (text, values = {}) => (FACTS.words[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
const word = (name) => FACTS.words[name] ?? name.replace("_", " "); // a word of the data, such as "timeout"
const clock = (at) => new Date(1000 * at).toLocaleTimeString("en-GB");

let last = null; // the newest view, and when it came
let cameAt = -Infinity;
let source = null;

function made(name, classes, text, ...children) {
  const element = document.createElement(name);
  if (classes) element.className = classes;
  if (text !== null && text !== undefined) element.textContent = text;
  element.append(...children);
  return element;
}

function put(parent, ...children) {
  parent.replaceChildren(...children);
}

// Draws a part of the page only when what it shows is new, so that texts can be selected and links clicked meanwhile.
const drawn = new Map();
function anew(name, shown, draw) {
  const text = JSON.stringify(shown);
  if (drawn.get(name) === text) return;
  drawn.set(name, text);
  draw();
}

const shade = (number) => `n${(number - 1) % 4}`;

function node(view, name) {
  return view.nodes.find((one) => one.name === name);
}

function named(view, name) {
  const found = node(view, name);
  return made("span", found ? shade(found.number) : "", found ? found.alias : name);
}

function joined(items, between) {
  return items.flatMap((item, index) => (index ? [between, item] : [item]));
}

function card(id, state, ...content) {
  by(id).className = `card ${state}`;
  put(by(id).querySelector("p"), ...content);
}

// Strips

function kind(letter) {
  if (letter === UNKNOWN) return "unknown";
  if (FACTS.failed[letter]) return "failed";
  return letter === "*" ? "somebody" : shade(Number(letter));
}

const HEIGHTS = { unknown: [9, 2], failed: [0, 20] };

function drawing(cells, title) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${Math.max(1, cells.length)} 20`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  for (let begin = 0; begin < cells.length; ) {
    let end = begin;
    while (end < cells.length && cells[end] === cells[begin]) end++;
    const [y, height] = HEIGHTS[kind(cells[begin])] ?? [4, 16];
    const words = FACTS.failed[cells[begin]] ? word(FACTS.failed[cells[begin]]) : cells[begin] === UNKNOWN ? show("unknown") : show("answered");
    const rect = box(begin, end - begin, y, height, kind(cells[begin]));
    const tip = document.createElementNS(SVG, "title");
    tip.textContent = show("{what}, {seconds} s", { what: words, seconds: (end - begin) * FACTS.cell_s });
    rect.append(tip);
    svg.append(rect);
    begin = end;
  }
  return svg;
}

function box(x, width, y, height, classes) {
  const rect = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ x, width, y, height, class: classes })) rect.setAttribute(name, value);
  return rect;
}

function faults(view) {
  const length = FACTS.cells * FACTS.cell_s;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${length} 20`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", show("{count} faults", { count: view.faults.length }));
  for (const one of view.faults) {
    const begin = Math.max(0, one.at - view.now + length);
    const end = one.until === null ? length : one.until - view.now + length;
    if (end > 0) svg.append(box(begin, Math.max(0.5, end - begin), 2, 16, "fault"));
  }
  return svg;
}

function strips(view) {
  const rows = view.clients.map((one) => {
    const cells = one.cells || UNKNOWN.repeat(FACTS.cells);
    return made("div", "strip", null, made("span", "", one.title), drawing(cells, show("{title}: {said}", { title: one.title, said: told(view, one) })));
  });
  rows.push(made("div", "strip faults", null, made("span", "", show("faults")), faults(view)));
  const axis = made("div", "axis", null, made("span", "", show("2 minutes ago")), made("span", "", show("now")));
  rows.push(made("div", "strip", null, made("span", "", ""), axis));
  put(by("strips"), ...rows);
  const entries = view.nodes.map((one) => [shade(one.number), one.alias]);
  entries.push(["failed", show("no good answer")], ["unknown", show("unknown")], ["fault", show("a fault is in effect")]);
  put(by("legend"), ...entries.map(([name, text]) => made("span", "", null, made("i", name), made("span", "", text))));
}

function told(view, client) {
  if (!client || client.good === null) return show("unknown");
  if (!client.good) return show("no answer ({outcome})", { outcome: word(client.outcome) });
  return node(view, client.node)?.alias ?? show("an answer");
}

// Tables

function table(id, head, rows) {
  const line = (cells, name) =>
    made("tr", "", null, ...cells.map(([text, classes], index) => {
      const cell = made(name, classes);
      cell.dataset.label = head[index][0];
      cell.append(...(Array.isArray(text) ? text : [text]));
      return cell;
    }));
  put(by(id), made("thead", "", null, line(head, "th")), made("tbody", "", null, ...rows.map((row) => line(row, "td"))));
}

function nodes(view) {
  const head = [show("node"), show("state"), show("address"), show("web"), show("quorum"), show("members"), show("DC")].map((text) => [text, ""]);
  const rows = view.nodes.map((one) => {
    const name = [`${one.number} ${one.alias}`, shade(one.number)];
    if (one.seen !== "seen") {
      const state = one.seen === "silent" ? [show("no answer"), "no"] : [show("unknown"), "perhaps"];
      return [name, state, ...Array(5).fill([UNKNOWN, "perhaps"])];
    }
    const quorum = { true: [show("yes"), "yes"], false: [show("NO"), "no"], null: [show("no cluster"), "no"] }[String(one.quorum)];
    return [
      name,
      [show("answered"), "yes"],
      one.holds ? [show("holds it"), "yes"] : ["-", "quiet"],
      [word(one.web), one.web === "running" ? "yes" : one.web === "hung" ? "no" : "quiet"],
      quorum,
      [joined(one.members.map((member) => named(view, member)), " "), ""],
      one.dc ? [[named(view, one.dc)], ""] : ["-", "quiet"],
    ];
  });
  table("nodes", head, rows);
}

function places(view, resource) {
  if (!resource.places.length) return [show("unknown"), "perhaps"];
  const [first, ...more] = resource.places;
  if (!more.length) return first.node ? [[named(view, first.node)], ""] : [show("nowhere"), "no"];
  const words = resource.places.map(({ node: name, says }) =>
    made("span", "", null, name ? named(view, name) : show("nowhere"), " ", show("(says {who})", { who: says.map((who) => node(view, who)?.alias ?? who).join(", ") })));
  return [joined(words, "; "), "no"];
}

function resources(view) {
  const head = [[show("resource"), ""], [show("runs on"), ""], ...view.nodes.map((one) => [show("score {alias}", one), "score"])];
  const rows = view.resources.map((one) => [
    [one.id, ""],
    places(view, one),
    ...view.nodes.map((where) => (where.name in one.scores ? [one.scores[where.name], "score"] : [UNKNOWN, "score perhaps"])),
  ]);
  table("resources", head, rows);
}

// One lab

function drawLab(view) {
  by("title").textContent = view.title || show("lab");
  document.title = view.title || show("lab");
  by("url").textContent = view.url;
  by("down").hidden = view.up !== false;
  by("down").textContent = show("Not up: {why}", view);
  const [client] = view.clients;
  if (!client || client.good === null) card("answer", "doubt", show("unknown"));
  else if (!client.good) card("answer", "bad", told(view, client));
  else card("answer", "good", client.node ? named(view, client.node) : show("an answer"));
  const owners = joined(view.owners.map((name) => named(view, name)), ` ${show("and")} `);
  if (owners.length > 1) card("owner", "bad", ...owners, show(": TWO OWNERS"));
  else if (owners.length) card("owner", "good", ...owners);
  else if (view.nodes.length && !view.unsure.length) card("owner", "bad", show("no node"));
  else card("owner", "doubt", show("unknown"));
  if (view.split) card("quorum", "bad", show("PARTITIONS"));
  else card("quorum", { true: "good", false: "bad", null: "doubt" }[String(view.quorum)], { true: show("yes"), false: show("NO"), null: show("unknown") }[String(view.quorum)]);
  card("dc", view.dc ? "good" : "doubt", view.dc ? named(view, view.dc) : show("unknown"));
  if (view.health === null) card("health", "doubt", show("unknown"));
  else card("health", view.health.length ? "bad" : "good", view.health.length ? show("not healthy") : show("healthy"));
  const troubles = [...(view.left.length ? [show("an interrupted drill left: {left}: ./lab heal", { left: view.left.join(", ") })] : []), ...(view.health ?? [])];
  by("trouble").hidden = !troubles.length;
  by("trouble").textContent = troubles.join(" · ");
  anew("strips", [view.clients, view.faults, view.nodes, view.faults.length && view.now], () => strips(view));
  anew("nodes", view.nodes, () => nodes(view));
  anew("resources", [view.resources, view.nodes], () => resources(view));
  by("running").textContent = view.drill || show("no drill runs");
  by("running").classList.toggle("on", Boolean(view.drill));
  if (FACTS.control) by("said").textContent = view.control ?? "";
  by("report").hidden = !view.report;
  by("report").querySelector("a").href = here(`/report/${view.report}`);
  anew("told", view.told, () => put(by("told"), ...[...view.told].reverse().map((one) => made("li", one.kind, null, made("time", "", clock(one.at)), one.text))));
}

function nothing(view) {
  const bare = view.nodes.map(({ name, alias, number }) => ({ name, alias, number, seen: "unknown", members: [], dc: "" }));
  return {
    ...view,
    nodes: bare,
    owners: [],
    unsure: bare.map((one) => one.name),
    quorum: null,
    split: false,
    dc: "",
    health: null,
    left: [],
    drill: view.drill && show("{drill} (when the connection was lost)", view),
    resources: view.resources.map((one) => ({ ...one, places: [], scores: {} })),
    clients: view.clients.map((one) => ({ ...one, good: null })),
  };
}

// All labs

function tile(one, link) {
  const state = one.up === false ? ["doubt", show("not up")] : one.health === null ? ["doubt", show("health unknown")] : one.health.length ? ["bad", show("not healthy")] : ["good", show("healthy")];
  const answers = one.good === null ? ["perhaps", show("unknown")] : one.good ? [shade(one.nodes.indexOf(one.answers) + 1 || 1), one.answers || show("an answer")] : ["no", show("no answer ({outcome})", { outcome: word(one.answers) })];
  const quorum = one.split ? ["no", show("partitions")] : { true: ["yes", show("quorum")], false: ["no", show("no quorum")], null: ["perhaps", show("quorum unknown")] }[String(one.quorum)];
  link.className = `tile ${state[0]}`;
  put(
    link,
    made("h2", "", show("lab {number}", one)),
    made("p", `state ${{ good: "yes", bad: "no", doubt: "perhaps" }[state[0]]}`, state[1]),
    made("p", "", null, `${show("a client gets")} `, made("b", answers[0], answers[1]), " · ", made("span", quorum[0], quorum[1])),
    drawing(one.cells || UNKNOWN.repeat(60), show("lab {number}: the last two minutes", one)),
    made("p", "what", one.up === false ? one.why : one.drill || one.health?.[0] || ""),
    made("ol", "", null, ...[...one.told].reverse().map((line) => made("li", "", `${clock(line.at)} ${line.text}`))),
  );
}

function drawAll(view) {
  const numbers = view.tiles.map((one) => one.number);
  if (String(numbers) !== by("tiles").dataset.numbers) {
    by("tiles").dataset.numbers = String(numbers);
    drawn.clear();
    put(by("tiles"), ...numbers.map((number) => {
      const link = made("a", "tile");
      link.href = here(`/lab/${number}`);
      link.dataset.lab = number;
      return link;
    }));
  }
  by("title").textContent = view.tiles.length === 1 ? show("1 lab") : show("{count} labs", { count: view.tiles.length });
  by("down").hidden = view.tiles.length > 0;
  by("down").textContent = show("There is no lab in this folder yet: ./lab up");
  for (const [index, link] of [...by("tiles").children].entries()) {
    anew(link.dataset.lab, view.tiles[index], () => tile(view.tiles[index], link));
  }
}

function nothingAtAll(view) {
  const bare = view.tiles.map((one) => ({ ...one, up: null, health: null, good: null, quorum: null, split: false, drill: "" }));
  return { ...view, tiles: bare };
}

const [draw, forgotten, path] = FACTS.labs ? [drawAll, nothingAtAll, here("/tiles")] : [drawLab, nothing, lab("events")];

// The connection

function linked(state, text) {
  document.body.className = state;
  by("link").textContent = text;
}

function received(event) {
  last = JSON.parse(event.data);
  cameAt = performance.now();
  linked("live", show("live"));
  by("clock").textContent = clock(last.now);
  draw(last);
}

function lost() {
  if (document.body.className === "lost") return;
  linked("lost", last ? show("disconnected since {time}", { time: clock(last.now) }) : show("disconnected"));
  if (last) draw(forgotten(last));
}

function connect() {
  source?.close();
  source = new EventSource(path);
  source.onmessage = received;
  source.onerror = () => {
    lost();
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
  };
}

setInterval(() => {
  if (performance.now() - cameAt > LOST_MS && last) {
    lost();
    if (source.readyState === EventSource.OPEN) connect();
  }
}, 500);
connect();

// Scenarios

async function asked(address, options) {
  try {
    const answer = await fetch(lab(address), options);
    return [answer.ok, await answer.text()];
  } catch {
    return [false, show("the server does not answer")];
  }
}

async function post(address, body) {
  const [, text] = await asked(address, { method: "POST", body, headers: { "Content-Type": "text/plain" } });
  by("said").textContent = text;
}

async function choose() {
  const [good, text] = await asked("scenarios");
  if (!good) {
    by("said").textContent = text;
    return;
  }
  const titles = Object.entries(JSON.parse(text));
  const fill = () => {
    const part = by("part").value.toLowerCase();
    const chosen = titles.filter(([name, title]) => `${name} ${title}`.toLowerCase().includes(part));
    put(by("scenarios"), ...chosen.map(([name, title]) => {
      const button = made("button", "", null, made("b", "", name), title);
      button.type = "button";
      button.addEventListener("click", () => {
        by("list").close();
        post("start", name);
      });
      return made("li", "", null, button);
    }));
  };
  by("part").value = "";
  by("part").oninput = fill;
  fill();
  by("list").showModal();
}

if (FACTS.control && !FACTS.labs) {
  by("choose").addEventListener("click", choose);
  by("stop").addEventListener("click", () => post("stop", ""));
}
if (by("back")) by("back").href = here("/");
