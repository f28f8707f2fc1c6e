// A form of a phone offers the numbers of its VLAN where they are set by hand.

const mode = document.querySelector("[data-vlan-mode]");

function offerNumbers() {
  document.querySelector("[data-vlan-manual]").hidden = mode.value !== "Manual";
}

mode.addEventListener("change", offerNumbers);
addEventListener("pageshow", offerNumbers);
