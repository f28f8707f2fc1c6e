// The list of files that would change: a difference unfolds beneath its row, and the list goes to the first file that
// would change. Without this script both are links to other pages.

async function load(address) {
  const response = await fetch(address, { cache: "no-store" });
  if (!response.ok || response.redirected) throw new Error(response.statusText);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

async function unfold(link) {
  const row = link.closest("tr");
  if (link.getAttribute("aria-expanded") === "true") {
    row.nextElementSibling.remove();
    link.setAttribute("aria-expanded", "false");
    return;
  }
  const part = (await load(link.href)).querySelector("[data-difference-part]");
  if (link.getAttribute("aria-expanded") === "true") return;
  const cell = document.createElement("td");
  cell.colSpan = row.cells.length;
  cell.append(document.importNode(part, true));
  const beneath = document.createElement("tr");
  beneath.className = "continues unfolded";
  beneath.append(cell);
  row.after(beneath);
  link.setAttribute("aria-expanded", "true");
}

function prepare() {
  for (const link of document.querySelectorAll("[data-unfold]")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-expanded", "false");
  }
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-unfold]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  try {
    await unfold(link);
  } catch {
    location.assign(link.href);
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches("[data-unfold]")) return;
  event.preventDefault();
  event.target.click();
});

// Once files were generated, the list shows what is left.
document.addEventListener("changed-generated", async () => {
  const address = new URL(location.href);
  address.searchParams.delete("after");
  const fresh = (await load(address)).querySelector("[data-changed-list]");
  document.querySelector("[data-changed-list]").replaceWith(document.importNode(fresh, true));
  const selection = document.querySelector("[data-selection]");
  if (selection) selection.hidden = true;
  prepare();
});

// The first files that would change may be far down; the bar comes past them while it counts.
document.addEventListener("changed-counted", (event) => {
  if (!event.detail.changed || !document.querySelector("[data-go-on]")) return;
  const address = new URL(location.href);
  address.searchParams.set("after", event.detail.firstBehind);
  location.replace(address);
});

prepare();
