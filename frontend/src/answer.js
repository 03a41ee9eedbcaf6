// The answer as a table: names with labels that lead to our pages, sorted, filtered, by pages.

const AT_ONCE = 100;
const BASE = "https://w3id.org/allygraph/";
const element = (name, values = {}, ...children) => {
  const made = Object.assign(document.createElement(name), values);
  made.append(...children);
  return made;
};

export function answerTable({ form, text, root }) {
  const part = (id) => root.querySelector(`#${id}`);
  const labels = new Map();
  let shown;

  function show({ query, type, body, headers, seconds }) {
    const isTable = type.includes("sparql-results+json");
    downloads(query, isTable ? "table" : "graph");
    cut(headers);
    part("answer-table").replaceChildren();
    part("answer-tools").hidden = true;
    part("answer-text").hidden = true;
    const time = `${seconds.toFixed(seconds < 1 ? 2 : 1)} ${text("seconds")}`;
    if (!isTable) {
      part("answer-text").textContent = body;
      part("answer-text").hidden = false;
      part("answer-status").textContent = `${text("triples")}, ${time}`;
      return;
    }
    const found = JSON.parse(body);
    if ("boolean" in found) {
      part("answer-status").textContent = `${text(found.boolean ? "yes" : "no")} (${time})`;
      return;
    }
    const rows = found.results.bindings;
    const count = `${rows.length.toLocaleString(form.dataset.lang)} ${text(rows.length === 1 ? "row" : "rows")}`;
    part("answer-status").textContent = rows.length ? `${count}, ${time}` : `${text("none")} (${time})`;
    shown = { columns: found.head.vars, rows, all: rows, from: 0, sort: null };
    tools();
    draw();
  };

  function downloads(query, shape) {
    for (const item of root.querySelectorAll("#downloads [data-shape]")) {
      item.hidden = item.dataset.shape !== shape;
      const link = item.firstElementChild;
      link.search = new URLSearchParams({ query, format: link.dataset.format }).toString();
    }
  }

  // A cut is never silent: the service tells it in a header.
  function cut(headers) {
    const told = headers.get("X-Truncated-Rows") ?? headers.get("X-Truncated");
    part("answer-cut").hidden = !told;
    part("answer-cut").textContent = told ? `${text("cut")} ${told}` : "";
  }

  function tools() {
    part("answer-tools").hidden = shown.all.length < 2;
    if (shown.all.length < 2) return;
    const input = element("input", { type: "search", id: "answer-filter" });
    const label = element("label", { htmlFor: "answer-filter" }, `${text("filter")} `);
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase();
      shown.rows = shown.all.filter((row) => Object.values(row).some((value) => plain(value).toLowerCase().includes(wanted)));
      shown.from = 0;
      sorted();
      draw();
    });
    part("answer-tools").replaceChildren(element("span", {}, label, input), element("span", { className: "turn" }));
  }

  function turns() {
    const { rows, from } = shown;
    const last = Math.min(rows.length, from + AT_ONCE);
    const button = (key, to) => {
      const made = element("button", { type: "button", className: "quiet", disabled: to === null }, text(key));
      made.addEventListener("click", () => { shown.from = to; draw(); });
      return made;
    };
    const told = text("page-of")
      .replace("{first}", rows.length ? from + 1 : 0).replace("{last}", last).replace("{all}", rows.length);
    root.querySelector(".turn")?.replaceChildren(...(rows.length > AT_ONCE
      ? [button("before", from > 0 ? from - AT_ONCE : null), told, button("after", last < rows.length ? last : null)]
      : [told]));
  }

  function draw() {
    const { columns, rows, from, sort } = shown;
    const head = columns.map((column) => {
      const button = element("button", { type: "button", title: `${text("sort")} ${column}` }, column);
      button.addEventListener("click", () => {
        const descending = shown.sort?.column === column && !shown.sort.descending;
        shown.sort = { column, descending };
        sorted();
        draw();
      });
      const cell = element("th", { scope: "col" }, button);
      if (sort?.column === column) cell.ariaSort = sort.descending ? "descending" : "ascending";
      return cell;
    });
    const part_ = rows.slice(from, from + AT_ONCE);
    part("answer-table").replaceChildren(
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...part_.map((row) => element("tr", {}, ...columns.map((c) => element("td", {}, ...cell(row[c])))))),
    );
    turns();
    name(part_);
  }

  function sorted() {
    if (!shown.sort) return;
    const { column, descending } = shown.sort;
    const order = new Intl.Collator(form.dataset.lang, { numeric: true });
    shown.rows = shown.rows.toSorted((a, b) => order.compare(plain(a[column]), plain(b[column])));
    if (descending) shown.rows.reverse();
  }

  const plain = (value) => {
    if (!value) return "";
    if (value.type === "triple") return [value.value.subject, value.value.predicate, value.value.object].map(plain).join(" ");
    return value.type === "uri" ? (labels.get(value.value) ?? value.value) : value.value;
  };

  function cell(value) {
    if (!value) return [];
    if (value.type === "uri") return [link(value.value)];
    if (value.type === "triple") return ["« ", ...Object.values(value.value).flatMap((one) => [...cell(one), " "]), "»"];
    if (value.type === "bnode") return [`_:${value.value}`];
    const said = element("span", { lang: value["xml:lang"] ?? "" }, value.value);
    if (!value["xml:lang"]) said.removeAttribute("lang");
    return value["xml:lang"] ? [said, " ", element("span", { className: "tongue" }, value["xml:lang"])] : [said];
  }

  // Our things have pages here, at the clocks of this page; others are where they are.
  function link(iri) {
    if (!iri.startsWith(BASE)) {
      if (!/^https?:/.test(iri)) return element("span", {}, iri);
      return element("a", { href: iri, rel: "external" }, iri);
    }
    const page = new URL(form.dataset.page, location.href);
    const local = iri.slice(BASE.length);
    page.pathname = page.pathname.replace(/editor$/, "") + (local.startsWith("ns#") ? "ns.html" : `${local}.html`);
    if (local.startsWith("ns#")) page.hash = local.slice(3);
    const made = element("a", { href: page.href, title: iri }, labels.get(iri) ?? short(iri));
    made.dataset.iri = iri;
    return made;
  }

  const short = (iri) => iri.slice(BASE.length).replace(/^ns#/, "ally:").replace("/", ":");

  // Labels come after the table: nobody waits for them.
  async function name(rows) {
    const values = rows.flatMap((row) => Object.values(row));
    const missing = [...new Set(values.filter((v) => v.type === "uri" && v.value.startsWith(BASE)).map((v) => v.value))]
      .filter((iri) => !labels.has(iri));
    for (let from = 0; from < missing.length; from += AT_ONCE) {
      const some = missing.slice(from, from + AT_ONCE);
      const { labels: address, lang } = form.dataset;
      const answer = await fetch(`${address}?${new URLSearchParams({ of: some.map(short).join(" "), lang })}`);
      if (!answer.ok) return;
      const found = await answer.json();
      for (const iri of some) labels.set(iri, found[short(iri)] ?? short(iri));
    }
    for (const made of root.querySelectorAll("a[data-iri]")) made.textContent = labels.get(made.dataset.iri) ?? made.textContent;
  }

  return show;
}
