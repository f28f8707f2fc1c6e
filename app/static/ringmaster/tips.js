// What an element tells in addition ([data-tip]), beside it while the pointer or the keyboard is there. Escape closes it.

const tip = document.createElement("div");
tip.className = "tip";
tip.id = "tip";
tip.setAttribute("role", "tooltip");
tip.hidden = true;
document.body.append(tip);
let told = null;

function tell(element) {
  if (element === told) return;
  hush();
  if (!element) return;
  told = element;
  tip.textContent = element.dataset.tip;
  tip.hidden = false;
  element.setAttribute("aria-describedby", "tip");
  const place = element.getBoundingClientRect();
  const fits = place.bottom + 6 + tip.offsetHeight < innerHeight;
  tip.style.top = `${fits ? place.bottom + 6 : place.top - tip.offsetHeight - 6}px`;
  tip.style.left = `${Math.max(8, Math.min(place.left, innerWidth - tip.offsetWidth - 8))}px`;
}

function hush() {
  tip.hidden = true;
  told?.removeAttribute("aria-describedby");
  told = null;
}

function tipped(event) {
  return event.target.closest?.("[data-tip], .tip") ?? null;
}

document.addEventListener("pointerover", (event) => {
  const element = tipped(event);
  if (element !== tip) tell(element);
});
document.addEventListener("focusin", (event) => tell(tipped(event)));
document.addEventListener("focusout", hush);
document.addEventListener("scroll", hush, true);
document.addEventListener("replaced", hush);
document.addEventListener("keydown", (event) => event.key === "Escape" && hush());
