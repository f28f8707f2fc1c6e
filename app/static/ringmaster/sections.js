// Marks the link of the section that is in sight, in a list of links to the sections of a page.

const links = [...document.querySelectorAll("[data-sections] a")];
const marked = () => {
  const line = window.innerHeight / 3;
  const begun = links.filter((link) => document.querySelector(link.hash)?.getBoundingClientRect().top <= line);
  // Beside one another stand two columns: the section that began last, seen from the top, is the one.
  const top = (link) => document.querySelector(link.hash).getBoundingClientRect().top;
  const current = begun.sort((one, other) => top(other) - top(one))[0] ?? links[0];
  for (const link of links) {
    if (link === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
};

let isAsked = false;
document.addEventListener(
  "scroll",
  () => {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(() => {
      isAsked = false;
      marked();
    });
  },
  { passive: true },
);
marked();
