
"use strict";
(() => {
  const form = document.querySelector(".controls");
  if (!form) return;
  const main = document.querySelector("main");
  const none = main.querySelector(".none");
  const count = document.getElementById("count");
  const find = document.getElementById("find");
  const byRule = [...main.querySelectorAll("article")];
  const byFile = [...byRule].sort((a, b) => a.dataset.order - b.dataset.order);
  const words = new Map(byRule.map((one) => [one, one.textContent.toLowerCase()]));

  const list = document.querySelector("nav ol");

  // Puts the findings under headings, one for each run of the same rule or file.
  function group(name) {
    main.querySelectorAll(".group").forEach((section) => section.remove());
    let section, last;
    for (const one of name === "file" ? byFile : byRule) {
      if (one.dataset[name] !== last) {
        last = one.dataset[name];
        section = document.createElement("section");
        section.className = "group";
        const heading = document.createElement("h2");
        heading.id = `g${main.querySelectorAll(".group").length}`;
        section.setAttribute("aria-labelledby", heading.id);
        const title = document.createElement("span");
        title.textContent = last;
        heading.append(title, " ", document.createElement("b"));
        section.append(heading);
        main.append(section);
      }
      section.append(one);
    }
  }

  function contents() {
    list.replaceChildren();
    for (const heading of main.querySelectorAll(".group:not([hidden]) h2")) {
      const link = document.createElement("a");
      link.href = `#${heading.id}`;
      link.textContent = heading.querySelector("span").textContent;
      const number = document.createElement("b");
      number.textContent = heading.querySelector("b").textContent;
      const item = document.createElement("li");
      item.append(link, number);
      list.append(item);
    }
    list.parentElement.hidden = list.children.length < 2;
  }

  function filter() {
    const wanted = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const levels = [...form.querySelectorAll("[name=severity]:checked")].map((one) => one.value);
    let shown = 0;
    for (const one of byRule) {
      const fits = levels.includes(one.dataset.severity) &&
        wanted.every((word) => words.get(one).includes(word));
      one.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const section of main.querySelectorAll(".group")) {
      const left = section.querySelectorAll("article:not([hidden])").length;
      section.hidden = left === 0;
      section.querySelector("h2 b").textContent = left;
    }
    contents();
    none.hidden = shown > 0;
    count.textContent = form.dataset.shown.replace("{n}", shown).replace("{all}", byRule.length);
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", filter);
  form.addEventListener("change", (event) => {
    if (event.target.name === "group") group(event.target.value);
    filter();
  });
  if (form.elements.group.value === "file") group("file");
  filter();
})();
