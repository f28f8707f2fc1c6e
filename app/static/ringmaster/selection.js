// Rows of a list that are selected: marked, counted in the bar that acts on them, all at once by the box in the head.
// Where all rows of the page are, a list of several pages offers all that match ([data-selection-all]).

const bar = document.querySelector("[data-selection]");

function selectable() {
  return [...document.querySelectorAll('tbody input[form="selection"]')];
}

function showSelection() {
  if (!bar) return;
  const all = selectable();
  const number = all.filter((box) => box.checked).length;
  for (const box of all) box.closest("tr").classList.toggle("is-selected", box.checked);
  bar.hidden = number === 0;
  bar.querySelector("[data-selection-count]").textContent = `${number} selected`;
  const isWhole = number > 0 && number === all.length;
  const head = document.querySelector("[data-select-all]");
  if (head) {
    head.checked = isWhole;
    head.indeterminate = number > 0 && !isWhole;
  }
  showOffer(isWhole);
}

function showOffer(isWhole) {
  const offer = bar.querySelector("[data-selection-all]");
  if (!offer) return;
  const box = offer.querySelector("input");
  offer.hidden = !isWhole;
  if (!isWhole) box.checked = false;
  if (box.checked) bar.querySelector("[data-selection-count]").textContent = "All selected";
}

document.addEventListener("change", (event) => {
  if (event.target.matches('[data-select-all], [data-selection-all] input, input[form="selection"]')) showSelection();
});
document.addEventListener("replaced", showSelection);
bar?.querySelector("[data-clear-selection]").addEventListener("click", () => {
  for (const box of selectable()) box.checked = false;
  showSelection();
});
addEventListener("pageshow", showSelection);
