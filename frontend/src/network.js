// The network: a day chosen with the slider shows and hides lines without asking the server, and a
// line opens its evidence beside the picture. Without this script the links do the same, by pages.

import "./network.css";

const root = document.getElementById("network");
const svg = root.querySelector("svg.network");
const DAY = 86_400_000;
const number = (iso) => Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY);
const iso = (day) => new Date(day * DAY).toISOString().slice(0, 10);
const FIRST = "0001-01-01";
const LAST = "9999-12-31";

// Days compare as texts: all are written as YYYY-MM-DD.
const edges = [...svg.querySelectorAll("a.edge")].map((line) => {
  const name = line.dataset.edge;
  return {
    name,
    line,
    kind: line.classList[1],
    row: root.querySelector(`tr[data-edge="${CSS.escape(name)}"]`),
    spans: line.dataset.spans.split(";").filter(Boolean).map((span) => {
      const [first, last, words] = span.split(",");
      return { first, last, words: words.split(" ") };
    }),
  };
});
const changes = root.dataset.days.split(" ").filter(Boolean);
const slider = document.getElementById("day-slider");
let day = root.dataset.day;

function setUp() {
  if (changes.length === 0) return;
  const today = new Date().toISOString().slice(0, 10);
  const first = [changes[0], day].sort()[0];
  const last = [changes.at(-1), today, day].sort().at(-1);
  slider.min = number(first) - 1;
  slider.max = number(last);
  slider.value = number(day);
  slider.closest("[hidden]").hidden = false;
  slider.addEventListener("input", () => show(iso(Number(slider.value))));
  slider.addEventListener("change", remember);
  for (const [id, find] of [["change-before", before], ["change-after", after]]) {
    document.getElementById(id).addEventListener("click", (event) => {
      const to = find(day);
      if (!to || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(to);
      remember();
    });
  }
}

const before = (when) => changes.filter((one) => one < when).at(-1);
const after = (when) => changes.find((one) => one > when);

function show(when) {
  day = when;
  slider.value = number(when);
  slider.setAttribute("aria-valuetext", when);
  const counts = new Map();
  const seen = new Set();
  for (const edge of edges) {
    const span = edge.spans.find(({ first, last }) => first <= when && when <= last);
    edge.line.setAttribute("class", ["edge", edge.kind, ...(span ? span.words : ["off"])].join(" "));
    if (span) {
      counts.set(edge.kind, (counts.get(edge.kind) ?? 0) + 1);
      for (const end of [edge.line.dataset.start, edge.line.dataset.end]) seen.add(end);
    }
    if (edge.row) tell(edge.row, span, lasting(edge.spans, span));
  }
  for (const node of svg.querySelectorAll(".node:not(.focus)")) {
    node.classList.toggle("off", !seen.has(node.dataset.node));
  }
  for (const count of root.querySelectorAll("[data-count]")) {
    count.querySelector("b").textContent = String(counts.get(count.dataset.count) ?? 0);
  }
  const told = document.getElementById("network-day");
  told.textContent = when;
  told.dateTime = when;
  steps();
  mark(chosen);
}

// What is sure on one day and presumed on the next holds on both: the days are told as one.
const looks = (span) => span.words.join(" ").replace("presumed", "sure");
const next = (day, by) => iso(number(day) + by);
function lasting(spans, now) {
  if (!now) return undefined;
  let { first, last } = now;
  const place = spans.indexOf(now);
  for (const span of spans.slice(0, place).reverse()) {
    if (span.last !== next(first, -1) || looks(span) !== looks(now)) break;
    first = span.first;
  }
  for (const span of spans.slice(place + 1)) {
    if (span.first !== next(last, 1) || looks(span) !== looks(now)) break;
    last = span.last;
  }
  return { first, last };
}

function tell(row, span, days) {
  row.hidden = !span;
  row.classList.toggle("contested", Boolean(span?.words.includes("contested")));
  if (!span) return;
  row.querySelector(".state").replaceChildren(...span.words.flatMap((word) => [badge(word), " "]));
  row.querySelector(".days").replaceChildren(...daysOf(days));
}

function badge(word) {
  const found = document.createElement("span");
  found.className = `badge badge-${word}`;
  found.textContent = root.getAttribute(`data-word-${word}`) ?? word;
  return found;
}

function daysOf({ first, last }) {
  const time = (text) => Object.assign(document.createElement("time"), { textContent: text });
  if (first === last) return [time(first)];
  if (first === FIRST && last === LAST) return [];
  if (last === LAST) return [`${root.dataset.since} `, time(first)];
  if (first === FIRST) return [`${root.dataset.until} `, time(last)];
  return [time(first), " – ", time(last)];
}

function steps() {
  for (const [id, to] of [["change-before", before(day)], ["change-after", after(day)]]) {
    const link = document.getElementById(id);
    link.querySelector("time").textContent = to ?? "";
    if (to) link.href = withDay(location.href, to);
    else link.removeAttribute("href");
  }
}

// The day is part of every address of the page: its own, its links, its forms.
let linked = day;
function remember() {
  history.replaceState(null, "", withDay(location.href, day));
  for (const link of document.querySelectorAll("a[href*='as_of=']")) {
    const address = link.getAttribute("href");
    if (new URL(address, location.href).searchParams.get("as_of") === linked && !link.closest(".quick")) {
      link.setAttribute("href", withDay(address, day));
    }
  }
  for (const field of document.querySelectorAll('input[name="as_of"]')) field.value = day;
  linked = day;
  steps();
  if (chosen) open(chosen);
}

function withDay(address, when) {
  const url = new URL(address, location.href);
  url.searchParams.set("as_of", when);
  return url.pathname + url.search + url.hash;
}

// Evidence beside the picture.
const panel = document.getElementById("edge-panel");
let chosen = "";
let asked = 0;

function mark(name) {
  for (const edge of edges) {
    edge.line.classList.toggle("chosen", edge.name === name);
    edge.row?.classList.toggle("chosen", edge.name === name);
  }
}

async function open(name) {
  const edge = edges.find((one) => one.name === name);
  const address = withDay(edge.line.getAttribute("href"), day);
  const turn = ++asked;
  chosen = name;
  mark(name);
  panel.parentElement.classList.add("open");
  panel.setAttribute("aria-busy", "true");
  if (!panel.querySelector("article")) panel.textContent = root.dataset.loading;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (turn !== asked) return;
    panel.replaceChildren(document.adoptNode(page.getElementById("edge")));
  } catch {
    if (turn !== asked) return;
    const link = Object.assign(document.createElement("a"), { href: address, textContent: name });
    panel.replaceChildren(`${root.dataset.failed} `, link);
  }
  panel.removeAttribute("aria-busy");
}

root.addEventListener("click", (event) => {
  const link = event.target.closest("a.edge, a.evidence-link");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open((link.closest("[data-edge]") ?? link).dataset.edge).then(() => {
    if (link.matches(".evidence-link")) panel.scrollIntoView({ block: "nearest" });
  });
});

// A row that is looked at shows its line, and a thing its lines.
function light(event) {
  const row = event.target.closest("tr[data-edge]");
  const node = event.target.closest("a.node");
  for (const { name, line } of edges) {
    const isNear = row?.dataset.edge === name
      || (node && [line.dataset.start, line.dataset.end].includes(node.dataset.node) && !node.matches(".focus"));
    line.classList.toggle("near", Boolean(isNear));
  }
}
for (const kind of ["pointerover", "focusin"]) root.addEventListener(kind, light);

setUp();
