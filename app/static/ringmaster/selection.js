// Rows of a list that are selected: marked, counted in the bar that acts on them, all at once by the box in the head.

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
  const head = document.querySelector("[data-select-all]");
  head.checked = number > 0 && number === all.length;
  head.indeterminate = number > 0 && number < all.length;
}

document.addEventListener("change", (event) => {
  if (event.target.matches('[data-select-all], input[form="selection"]')) showSelection();
});
bar?.querySelector("[data-clear-selection]").addEventListener("click", () => {
  for (const box of selectable()) box.checked = false;
  showSelection();
});
addEventListener("pageshow", showSelection);
