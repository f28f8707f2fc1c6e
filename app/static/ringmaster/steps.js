// A page that does its work in steps asks for the next one by itself; a moment is left to stop it.

const step = document.querySelector("form[data-goes-on]");
if (step) setTimeout(() => step.requestSubmit(), 300);
