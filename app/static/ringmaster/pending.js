// Says in a page of values how many phones' files do not have them yet. The comparison takes up to some seconds, so the
// page is there first; without a script its link leads to the same answer.

const place = document.querySelector("[data-pending]");

async function compare() {
  const state = place.querySelector("[data-pending-state]");
  state.textContent = "Comparing with their files…";
  try {
    const response = await fetch(place.dataset.pending, { cache: "no-store" });
    const found = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("[data-pending-part]");
    if (response.ok && !response.redirected && found) place.replaceWith(found);
    else state.textContent = "Compare with their files";
  } catch {
    state.textContent = "Compare with their files";
  }
}

if (place) compare();
