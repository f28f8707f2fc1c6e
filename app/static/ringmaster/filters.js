// The panel of filters above a list: opened and closed by its button.

const panel = document.getElementById("filter-panel");
const toggle = document.querySelector("[data-toggle-filters]");

function showFilters(shown) {
  panel.hidden = !shown;
  toggle.setAttribute("aria-expanded", String(shown));
}

showFilters(!("closed" in panel.dataset));
toggle.addEventListener("click", () => {
  showFilters(panel.hidden);
  if (!panel.hidden) panel.querySelector("input, select").focus();
});
