// Devices Status: the menu of rows, and what the drop-downs of the filters hold.

// One menu serves all rows: what it holds is said once, and put in place for the phone of the row that asks for it.
const menu = document.getElementById("row-menu");
let menuOpener = null;

function written(template, button) {
  const host = button.dataset.host;
  return template
    .replace("{mac}", button.dataset.menu)
    .replace("{next}", encodeURIComponent(menu.dataset.next))
    .replace("{of}", button.dataset.of ?? "")
    .replace("{web}", host ? `${menu.dataset.web}://${host}/` : "");
}

function fillMenu(button) {
  const can = button.dataset.can.split(" ");
  menu.setAttribute("aria-label", button.getAttribute("aria-label"));
  for (const item of menu.children) item.hidden = Boolean(item.dataset.needs) && !can.includes(item.dataset.needs);
  for (const item of menu.querySelectorAll("[data-address]")) {
    item[item.tagName === "A" ? "href" : "formAction"] = written(item.dataset.address, button);
    if (item.dataset.confirmText) item.dataset.confirm = written(item.dataset.confirmText, button);
  }
}

function items() {
  return [...menu.querySelectorAll("[role=menuitem]")].filter((item) => !item.parentElement.hidden);
}

function openMenu(button) {
  closeMenu();
  menuOpener = button;
  fillMenu(button);
  menu.hidden = false;
  button.setAttribute("aria-expanded", "true");
  const place = button.getBoundingClientRect();
  const below = place.bottom + 4;
  const fits = below + menu.offsetHeight < innerHeight;
  menu.style.top = `${fits ? below : Math.max(8, place.top - menu.offsetHeight - 4)}px`;
  menu.style.left = `${Math.max(8, place.right - menu.offsetWidth)}px`;
  items()[0].focus({ preventScroll: true });
}

function closeMenu(takesFocus = false) {
  if (!menuOpener) return;
  menu.hidden = true;
  const button = document.getElementById(menuOpener.id);
  menuOpener = null;
  button?.removeAttribute("aria-expanded");
  if (takesFocus) button?.focus({ preventScroll: true });
}

function moveInMenu(step, event) {
  const all = items();
  const next = step === "first" ? 0 : step === "last" ? all.length - 1 : (all.indexOf(document.activeElement) + step + all.length) % all.length;
  all[next].focus();
  event.preventDefault();
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, Home: "first", End: "last" };

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  if (button && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    if (menuOpener?.id === button.id) closeMenu(true);
    else openMenu(button);
  } else if (menuOpener) closeMenu();
});
document.addEventListener("keydown", (event) => {
  const button = event.target.closest?.("[data-menu]");
  if (button && [" ", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    openMenu(button);
  } else if (menuOpener && event.key === "Escape") closeMenu(true);
  else if (menuOpener && event.key === "Tab") closeMenu(true);
  else if (menuOpener && event.key in STEPS) moveInMenu(STEPS[event.key], event);
});
document.addEventListener("scroll", () => closeMenu(), true);

// An address says only what was asked: empty fields are left out of it.
const search = document.querySelector(".phone-search");
search.addEventListener("formdata", (event) => {
  const asked = event.formData;
  for (const [name, value] of [...asked]) if (!value) asked.delete(name);
  if ([...asked].length > 1) asked.delete("view"); // it says that nothing is asked
});

// The drop-downs are filled when they are first needed: most who look at the list do not open them.
const filterPanel = document.getElementById("filter-panel");

async function fillChoices() {
  const address = filterPanel.dataset.choicesAt;
  if (filterPanel.hidden || !address) return;
  delete filterPanel.dataset.choicesAt;
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(response.statusText);
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const choices of found.querySelectorAll("[data-choices]")) {
      const drop = filterPanel.querySelector(`[name="${choices.dataset.choices}"]`);
      const chosen = drop.value;
      const options = [...choices.content.children].map((option) => option.cloneNode(true));
      const isListed = options.some((option) => option.value === chosen);
      [...drop.options].slice(isListed || !chosen ? 1 : 2).forEach((option) => option.remove());
      drop.append(...options);
      drop.value = chosen;
    }
  } catch {
    filterPanel.dataset.choicesAt = address; // they are asked for again when the filterPanel is opened again
  }
}

new MutationObserver(fillChoices).observe(filterPanel, { attributes: true, attributeFilter: ["hidden"] });
fillChoices();

// How many phones match is counted once the list is there, and again when it has changed.
async function count() {
  const place = document.querySelector("[data-count]");
  if (!place) return;
  try {
    const response = await fetch(place.dataset.count);
    if (!response.ok) return;
    const { words } = await response.json();
    for (const each of document.querySelectorAll("[data-count], [data-count-again]")) each.textContent = words;
  } catch {
    // The list says "many" until it is asked for again.
  }
}

document.addEventListener("replaced", count);
count();
