// The field for a password is there where one is typed.

const place = document.querySelector("[data-typed-password]");

function offerField() {
  const isTyped = document.querySelector("[data-password-kind]:checked")?.value === "typed";
  place.hidden = !isTyped;
  place.querySelector("input").required = isTyped;
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-password-kind]")) return;
  offerField();
  if (event.target.value === "typed") place.querySelector("input").focus();
});
addEventListener("pageshow", offerField);
