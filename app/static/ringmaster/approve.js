// The approval form offers the sites of the chosen tenant only, and VLAN numbers where they are set by hand.

const tenant = document.querySelector("[data-tenant]");
const sites = document.querySelector("[data-sites]");
const mode = document.querySelector("[data-vlan-mode]");

function offerSites() {
  for (const group of sites.querySelectorAll("optgroup")) {
    const isOffered = group.dataset.ofTenant === tenant.value;
    group.hidden = !isOffered;
    group.disabled = !isOffered;
    if (!isOffered && group.contains(sites.selectedOptions[0] ?? null)) sites.value = "";
  }
}

function offerVlan() {
  document.querySelector("[data-vlan-manual]").hidden = mode.value !== "Manual";
}

tenant.addEventListener("change", offerSites);
mode.addEventListener("change", offerVlan);
addEventListener("pageshow", () => {
  offerSites();
  offerVlan();
});
