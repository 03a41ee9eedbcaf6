// The editor: Yasqe for the query, with names from the graph; the answer as a table of our own.
// Everything it asks for comes from this service. Without the script the page is a plain form.

import "@zazuko/yasqe/build/yasqe.min.css";
import "./editor.css";
import { Yasqe } from "@zazuko/yasqe";
import { answerTable } from "./answer.js";
import { completers, namesThing } from "./completion.js";

const form = document.getElementById("editor");
const area = document.getElementById("query");
const text = (key) => form.getAttribute(`data-text-${key}`);
const LONGEST_ADDRESS = 6000;
const $ = (id) => document.getElementById(id);

const inFragment = new URLSearchParams(location.hash.slice(1)).get("query");
const place = document.createElement("div");
area.before(place);
area.hidden = true;
document.querySelector('label[for="query"]').hidden = true;
for (const one of document.querySelectorAll(".plain-only")) one.hidden = true;
for (const one of document.querySelectorAll(".script-only")) one.hidden = false;
// The list of forms is for the plain page; here the answer is a table.
form.elements.format.disabled = true;

const { own, prefixes } = completers(form.dataset);
for (const one of own) {
  if (one.from) Yasqe.forkAutocompleter(one.from, one, false);
  else Yasqe.registerAutocompleter(one, false);
}
const yasqe = new Yasqe(place, {
  value: inFragment ?? area.value,
  persistenceId: null,
  consumeShareLink: null,
  createShareableLink: () => permalink(),
  showQueryButton: false,
  pluginButtons: () => [],
  resizeable: false,
  editorHeight: null,
  viewportMargin: Infinity,
  autocompleters: [...own.map((one) => one.name), "variables"],
  screenReaderLabel: text("query-label"),
  extraKeys: { ...Yasqe.defaults.extraKeys, "Ctrl-Enter": run, "Cmd-Enter": run, "Ctrl-S": false },
});
yasqe.setSize(null, "auto");
for (const button of place.querySelectorAll(".yasqe_buttons")) button.remove();
addPrefixesAsTheyAreUsed();
suggestThingsAsTheyAreTyped();
// The keys stand above the text, in the language of the page.
yasqe.showNotification = () => {};

// A prefix of ours that is used is declared.
function addPrefixesAsTheyAreUsed() {
  yasqe.on("change", async (_, change) => {
    if (change?.origin !== "+input" && change?.origin !== "complete") return;
    const cursor = yasqe.getDoc().getCursor();
    const token = yasqe.getTokenAt(cursor);
    const name = /^([a-z]+):/.exec(token.string)?.[1];
    if (!name || name in yasqe.getPrefixesFromQuery()) return;
    if (/prefix\s+\S*$/i.test(yasqe.getLine(cursor.line).slice(0, cursor.ch))) return;
    const known = await prefixes();
    if (!known[name] || name in yasqe.getPrefixesFromQuery()) return;
    // Suggestions that are open stand where the text was before the new line.
    yasqe.state.completionActive?.close();
    yasqe.addPrefixes({ [name]: known[name] });
  });
}

// Things are too many to be listed: they are searched for, after a pause.
function suggestThingsAsTheyAreTyped() {
  let timer;
  yasqe.on("change", (_, change) => {
    clearTimeout(timer);
    if (change?.origin !== "+input" && change?.origin !== "+delete") return;
    timer = setTimeout(() => {
      if (!namesThing(yasqe.getCompleteToken().string)) return;
      yasqe.state.completionActive?.close();
      yasqe.autocomplete();
    }, 200);
  });
}

// The address of the page holds the query; a long one stands where no server sees it.
function permalink() {
  const url = new URL(form.dataset.page, location.href);
  const query = yasqe.getValue();
  url.searchParams.set("query", query);
  if (url.href.length <= LONGEST_ADDRESS) return url.href;
  url.searchParams.delete("query");
  url.hash = new URLSearchParams({ query }).toString();
  return url.href;
}
function told() {
  area.value = yasqe.getValue();
  $("editor-permalink").href = permalink();
}
yasqe.on("change", told);
told();

$("tidy").addEventListener("click", () => { yasqe.autoformat(); yasqe.focus(); });
$("copy").addEventListener("click", async () => {
  const was = $("copy").textContent;
  await navigator.clipboard?.writeText(permalink());
  $("copy").textContent = text("copied");
  setTimeout(() => { $("copy").textContent = was; }, 1500);
});

// Saved questions come into the editor without a new page; undo brings the old text back.
document.querySelector(".saved").addEventListener("click", async (event) => {
  const link = event.target.closest("a.saved-query");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const answer = await fetch(link.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) { location.href = link.href; return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  yasqe.setValue(page.getElementById("query").value.replace(/^\n/, ""));
  for (const other of document.querySelectorAll(".saved [aria-current]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  yasqe.focus();
});

// Running a query.
let going;
let marks = [];
form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
$("stop").addEventListener("click", () => going?.abort());
const show = answerTable({ form, text, root: $("answer") });

async function run() {
  going?.abort();
  const mine = (going = new AbortController());
  const query = yasqe.getValue();
  clear();
  $("answer").hidden = false;
  $("answer-status").textContent = text("running");
  $("stop").hidden = false;
  history.replaceState(null, "", permalink());
  const started = performance.now();
  try {
    const answer = await ask(query, "application/sparql-results+json, text/turtle;q=0.9", mine.signal);
    const type = answer.headers.get("content-type") ?? "";
    const body = await answer.text();
    if (mine !== going) return;
    if (!answer.ok) fault(type.includes("json") ? JSON.parse(body) : { title: body.slice(0, 500) });
    else show({ query, type, body, headers: answer.headers, seconds: (performance.now() - started) / 1000 });
  } catch (error) {
    if (mine !== going) return;
    if (error.name === "AbortError") $("answer-status").textContent = text("stopped");
    else {
      console.error(error);
      fault({ title: text("failed") });
    }
  } finally {
    if (mine === going) $("stop").hidden = true;
  }
}

const ask = (query, accept, signal) => fetch(form.getAttribute("action"), {
  method: "POST",
  headers: { Accept: accept, "Content-Type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({ query }),
  signal,
});

// A download of a query that is too long for an address is asked for by POST.
$("downloads").addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-format]");
  if (!link || link.href.length <= LONGEST_ADDRESS) return;
  event.preventDefault();
  const { format } = link.dataset;
  const body = new URLSearchParams({ query: yasqe.getValue(), format });
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
  const address = URL.createObjectURL(await answer.blob());
  Object.assign(document.createElement("a"), { href: address, download: link.download }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
});

function clear() {
  $("query-fault").hidden = true;
  for (const mark of marks) mark();
  marks = [];
}

// What is wrong is said, and shown in the text.
function fault(problem) {
  $("answer").hidden = true;
  const box = $("query-fault");
  const strong = Object.assign(document.createElement("strong"), { textContent: problem.title ?? "" });
  const lines = [problem.detail, problem.expected && `${text("expected")} ${problem.expected}`];
  box.replaceChildren(strong, ...lines.filter(Boolean).map((line) => (
    Object.assign(document.createElement("p"), { textContent: line })
  )));
  box.hidden = false;
  if (!problem.line) return;
  const doc = yasqe.getDoc();
  const line = Math.min(problem.line, doc.lineCount()) - 1;
  const at = Math.max(0, (problem.column ?? 1) - 1);
  doc.addLineClass(line, "background", "fault-line");
  const place = doc.markText({ line, ch: at }, { line, ch: at + 1 }, { className: "fault-place" });
  marks.push(() => doc.removeLineClass(line, "background", "fault-line"), () => place.clear());
  doc.setCursor({ line, ch: at });
  yasqe.scrollIntoView({ line, ch: at }, 60);
}
