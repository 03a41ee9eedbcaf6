// What is lively on every page. Without this script everything can be read and done all the same.
import "./suggest.js";

// "/" goes to the search box, as on other sites, unless somebody is writing.
document.addEventListener("keydown", (event) => {
  const isWriting = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  const box = document.querySelector('.search input[type="search"]');
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
});

// One click opens the evidence of all lines, where there are several.
const whys = [...document.querySelectorAll("main details.why")];
const text = document.querySelector("main")?.dataset;
if (whys.length > 1 && text?.openAll) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet open-all no-print";
  const label = () => {
    button.textContent = whys.every((why) => why.open) ? text.closeAll : text.openAll;
  };
  label();
  button.addEventListener("click", () => {
    const open = !whys.every((why) => why.open);
    for (const why of whys) why.open = open;
    label();
  });
  for (const why of whys) why.addEventListener("toggle", label);
  document.querySelector("main h1")?.before(button);
}

// Paper shows what a click would: evidence and tables are open in print, and as before after it.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("main details:not([open])")];
  for (const one of opened) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});
