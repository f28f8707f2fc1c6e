// The panel of filters above a list: opened and closed by its button. phones.css hides a closed one where there are
// scripts, from the first picture on: what a script would hide later moves the list.

const panel = document.getElementById("filter-panel");
const toggle = document.querySelector("[data-toggle-filters]");
const isClosed = () => "closed" in panel.dataset;

toggle.setAttribute("aria-expanded", String(!isClosed()));
toggle.addEventListener("click", () => {
  panel.toggleAttribute("data-closed");
  toggle.setAttribute("aria-expanded", String(!isClosed()));
  if (!isClosed()) panel.querySelector("input, select").focus();
});
