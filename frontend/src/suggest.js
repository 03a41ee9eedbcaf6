// Suggestions below a search box, as a combobox of ARIA 1.2. Without this script the form works.
//
// <div class="suggest" data-suggest="/search.json"> holds one input. With data-fill the short name
// of what is chosen goes into the input; without it the browser goes to its page. data-kind asks
// for things of one kind only.
const PAUSE_MS = 120;
let boxes = 0;

class Suggestions {
  constructor(place) {
    this.place = place;
    this.input = place.querySelector("input");
    this.list = document.createElement("ul");
    this.status = document.createElement("p");
    this.active = -1;
    this.found = [];
    this.prepare();
  }

  prepare() {
    const id = `suggestions-${(boxes += 1)}`;
    Object.assign(this.list, { id, className: "options", hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.place.dataset.name ?? "");
    this.status.className = "unseen";
    this.status.setAttribute("role", "status");
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": id,
      "aria-expanded": "false",
    })) this.input.setAttribute(name, value);
    this.place.append(this.list, this.status);
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // The list must not take the focus: a click would close it before it counts.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose([...this.list.children].indexOf(option));
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    this.asking?.abort();
    const text = this.input.value.trim();
    if (!text) return this.close();
    this.asking = new AbortController();
    const fields = new URLSearchParams({ q: text, limit: "8" });
    const form = new FormData(this.input.form);
    for (const name of ["as_of", "known_by", "lang"]) {
      if (form.get(name)) fields.set(name, form.get(name));
    }
    if (this.place.dataset.kind) fields.set("kind", this.place.dataset.kind);
    try {
      const answer = await fetch(`${this.place.dataset.suggest}?${fields}`, { signal: this.asking.signal });
      if (!answer.ok) return this.close();
      this.show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(results) {
    this.found = results;
    this.active = -1;
    this.list.replaceChildren(...results.map((result, place) => this.option(result, place)));
    this.list.hidden = results.length === 0 || document.activeElement !== this.input;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = String(results.length);
  }

  option(result, place) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.textContent = result.label;
    const why = document.createElement("small");
    const matched = result.matched.text === result.label ? "" : ` · ${result.matched.text}`;
    why.textContent = result.kind_label + matched;
    option.append(label, why);
    return option;
  }

  key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !this.list.hidden) {
      event.preventDefault();
      const count = this.found.length;
      this.mark(this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    }
  }

  mark(place) {
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = place;
    const option = this.list.children[place];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  choose(place) {
    const result = this.found[place];
    this.close();
    if ("fill" in this.place.dataset) {
      this.input.value = result.name;
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      location.assign(result.href);
    }
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

for (const place of document.querySelectorAll("[data-suggest]")) new Suggestions(place);
