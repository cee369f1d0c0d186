// The desk: one key to the next call, keys through the list.
import { setUpKeys } from "./keys.js";
import { remember } from "./remember.js";

const links = [...document.querySelectorAll(".tasks .reason a")];

function move(event) {
  const at = links.indexOf(document.activeElement);
  const to = event.key.toLowerCase() === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
  links[to]?.focus();
}

const unheard = document.getElementById("play-unheard");
unheard?.addEventListener("click", () => remember("play on", "yes"));
setUpKeys({
  next: () => document.getElementById("next-call")?.click(),
  playon: () => unheard?.click(),
  item: move,
  desk: () => location.reload(),
});
