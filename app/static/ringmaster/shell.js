// What every page does: the menu on narrow screens, light and dark, menus, messages, and questions before a deed.

const root = document.documentElement;

function isDark() {
  if (root.dataset.theme) return root.dataset.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  root.dataset.theme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Storage is closed to this page: the choice holds until it is left.
  }
}

function showNavigation(shown) {
  document.body.classList.toggle("shell--open", shown);
  const button = document.querySelector("[data-toggle-navigation]");
  if (button) button.setAttribute("aria-expanded", String(shown));
  if (shown) document.querySelector(".side a")?.focus();
}

// Which groups of the menu are unfolded goes into a cookie, so that the next page comes as it was left.
function keepUnfoldedGroups() {
  const groups = [...document.querySelectorAll("[data-menu-group][open]")].map((group) => group.dataset.menuGroup);
  document.cookie = `unfolded=${groups.join(".")}; path=/; max-age=31536000; samesite=lax`;
}

for (const group of document.querySelectorAll("[data-menu-group] > summary")) {
  group.addEventListener("click", () => setTimeout(keepUnfoldedGroups));
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

// A button or form with data-confirm="question" goes on only when the question is answered with OK.
// A reason that is given goes along with the form, for the Activity Log; data-no-reason has none, as nothing is noted.
async function ask(form, asker, label) {
  const dialog = document.getElementById("confirm");
  const reason = dialog.querySelector("[data-confirm-reason]");
  reason.value = form.elements[reason.name]?.value ?? "";
  reason.closest("label").hidden = "noReason" in asker.dataset;
  dialog.querySelector("#confirm-text").textContent = asker.dataset.confirm;
  dialog.querySelector("[data-confirm-label]").textContent = label || "OK";
  dialog.returnValue = "cancel";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "ok") return false;
  carryReason(form, reason);
  return true;
}

function carryReason(form, { name, value }) {
  if (!form.elements[name]) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name });
    form.append(field);
  }
  form.elements[name].value = value;
}

// Who ends a reason with Enter means the deed, and not the first button of the dialog, which is Cancel.
document.querySelector("[data-confirm-reason]")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit(event.target.form.querySelector("[data-confirm-label]"));
});

const confirmed = new WeakSet();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const asker = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!asker.dataset.confirm || confirmed.delete(form)) return;
  event.preventDefault();
  const submitter = event.submitter;
  if (await ask(form, asker, asker.dataset.confirmLabel || submitter?.textContent.trim())) {
    confirmed.add(form);
    form.requestSubmit(submitter);
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog" || event.target.method === "get") return;
  if (event.target.dataset.sent) event.preventDefault();
  else if (!event.target.dataset.confirm && !event.submitter?.dataset.confirm) event.target.dataset.sent = "yes";
});

// What was left empty in a search stays out of its address.
document.addEventListener("formdata", (event) => {
  if (event.target.method !== "get") return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});

// A field with data-submit-on-change sends its form at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  const all = event.target.closest("[data-select-all]");
  if (all) {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.selectAll}"]`)) box.checked = all.checked;
  }
});

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.closest("[data-switch-theme]")) switchTheme();
  if (target.closest("[data-toggle-navigation]")) showNavigation(!document.body.classList.contains("shell--open"));
  if (target.closest("[data-close-navigation]")) showNavigation(false);
  target.closest("[data-dismiss-message]")?.closest(".alert").remove();
  closeMenus(target.closest("details.menu"));
});

// Who opens the field for a reason beside a button is about to write one. It unfolds to the left, where there is room.
document.addEventListener("toggle", ({ target }) => {
  if (!target.open || !target.matches?.(".reason-beside")) return;
  const left = (element) => element.getBoundingClientRect().left;
  target.classList.remove("menu--start");
  target.classList.toggle("menu--start", left(target.querySelector(".menu__list")) < left(target.closest("main")));
  target.querySelector("input").focus();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
    if (document.body.classList.contains("shell--open")) {
      showNavigation(false);
      document.querySelector("[data-toggle-navigation]").focus();
    }
  }
});

// The exact time on hover is in the zone of the installation; where the viewer's clock says another, it is told as well.
document.addEventListener("pointerover", ({ target }) => {
  if (!target.matches?.("time[datetime][title]")) return;
  const here = new Date(target.dateTime).toLocaleString("sv-SE");
  if (here !== "Invalid Date" && !target.title.includes(here)) target.title += `\n${here} where you are`;
});

// Coming back with the browser's own button finds forms that can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
