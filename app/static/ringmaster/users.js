// Manage Users: a user's phones are unfolded below. They are asked for when they are first wanted.

async function load(button, cell) {
  cell.innerHTML = '<p class="user-devices__none" role="status">Loading…</p>';
  try {
    const response = await fetch(button.dataset.unfold, { cache: "no-store" });
    if (!response.ok || response.redirected) throw new Error(response.status);
    cell.innerHTML = await response.text();
    cell.dataset.loaded = "yes";
  } catch {
    cell.innerHTML = '<p class="user-devices__none" role="alert">The phones could not be read. Fold and unfold to try again.</p>';
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-unfold]");
  if (!button) return;
  const row = document.getElementById(button.getAttribute("aria-controls"));
  const isOpen = row.hidden;
  row.hidden = !isOpen;
  button.setAttribute("aria-expanded", String(isOpen));
  const cell = row.querySelector("td");
  if (isOpen && !cell.dataset.loaded) load(button, cell);
});
