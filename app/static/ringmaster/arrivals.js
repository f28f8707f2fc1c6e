// The wizard's last step: looks every few seconds whether a phone came, and puts it in place.
//
// What is asked for is a mark of a few bytes; the part of the page is fetched only when the mark is another one. It
// is not looked for while nobody sees the page, nor for ever: after some minutes a button goes on. The part is left
// alone while the keyboard is in it.

const area = document.querySelector("[data-arrivals]");

if (area) {
  const state = area.querySelector("[data-arrivals-state]");
  const again = area.querySelector("[data-arrivals-again]");
  const hints = document.querySelector("[data-arrivals-hints]");
  const hintsAfter = 2 * 60 * 1000;
  const shown = () => area.querySelector("[data-arrivals-shown]");
  let begun = Date.now();
  let timer = null;

  const say = (words, isLost = false) => {
    if (state.textContent !== words) state.textContent = words;
    state.classList.toggle("live--lost", isLost);
  };

  const ask = async (address) => {
    const response = await fetch(address, { cache: "no-store" });
    if (response.redirected) location.reload();
    if (!response.ok) throw new Error(response.statusText);
    return response;
  };

  const look = async () => {
    const { version } = await (await ask(area.dataset.arrivals)).json();
    const part = shown();
    if (version === part.dataset.arrivalsShown || part.matches(":focus-within")) return;
    const page = await (await ask(area.dataset.arrivalsPart)).text();
    const fetched = new DOMParser().parseFromString(page, "text/html");
    const fresh = fetched.querySelector("[data-arrivals-shown]");
    const steps = document.querySelector("[data-arrivals-steps]");
    if (!steps.matches(":focus-within")) steps.replaceWith(fetched.querySelector("[data-arrivals-steps]"));
    // The region stays, so that screen readers are told what is new in it.
    part.dataset.arrivalsShown = fresh.dataset.arrivalsShown;
    part.replaceChildren(...fresh.childNodes);
  };

  const isOver = () => Date.now() - begun > Number(area.dataset.arrivalsMinutes) * 60 * 1000;

  const goOn = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    if (isOver()) {
      say("Stopped looking", true);
      again.hidden = false;
      return;
    }
    try {
      await look();
      say("Looking every few seconds");
    } catch {
      say("Not connected", true);
    }
    const isWaiting = !area.querySelector(".first-phone");
    if (isWaiting && Date.now() - begun > hintsAfter) hints.open = true;
    timer = setTimeout(goOn, Number(area.dataset.arrivalsSeconds) * 1000);
  };

  again.addEventListener("click", () => {
    begun = Date.now();
    again.hidden = true;
    goOn();
  });
  document.addEventListener("visibilitychange", goOn);
  goOn();
}
