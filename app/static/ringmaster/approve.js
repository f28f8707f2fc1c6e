// The approval form offers the sites of the chosen tenant only.

const tenant = document.querySelector("[data-tenant]");
const sites = document.querySelector("[data-sites]");

function offerSites() {
  for (const group of sites.querySelectorAll("optgroup")) {
    const isOffered = group.dataset.ofTenant === tenant.value;
    group.hidden = !isOffered;
    group.disabled = !isOffered;
    if (!isOffered && group.contains(sites.selectedOptions[0] ?? null)) sites.value = "";
  }
}

tenant.addEventListener("change", offerSites);
addEventListener("pageshow", offerSites);
