// Keys for what links and forms do without this file too. Nothing else.
"use strict";

const rows = [...document.querySelectorAll(".rows .row")];
const cards = [...document.querySelectorAll("[data-card]")];
const first = (selector) => document.querySelector(selector);
const press = (element) => element && element.click();

let card = cards.find((one) => `#${one.id}` === decodeURIComponent(location.hash)) ?? cards[0];

function choose(next) {
  if (!next) return;
  card?.classList.remove("active");
  card = next;
  card.classList.add("active");
}

function step(list, by) {
  const here = list.indexOf(document.activeElement);
  const next = list[here < 0 ? (by > 0 ? 0 : list.length - 1) : here + by];
  next?.focus();
}

const keys = {
  j: () => (rows.length ? step(rows, 1) : press(first('main a[rel="next"]'))),
  k: () => (rows.length ? step(rows, -1) : press(first('main a[rel="prev"]'))),
  n: () => press(first('main a[rel="next"]')),
  p: () => press(first('main a[rel="prev"]')),
  u: () => press(first('main a[rel="up"]')),
  h: () => turn(-1),
  l: () => turn(1),
  "/": () => (first('input[type="search"]') ? first('input[type="search"]').focus() : location.assign("/examples#search")),
  "?": () => {
    const help = first("#help");
    help.open = !help.open;
    help.scrollIntoView({ block: "nearest" });
  },
};

function turn(by) {
  choose(cards[cards.indexOf(card) + by]);
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, select, textarea");
  if (event.key === "Escape") return void document.activeElement.blur();
  if (typing) return;
  const form = first("form[data-keys]") ?? card;
  const act = /^[0-4]$/.test(event.key)
    ? () => press(form?.querySelector(`button[data-key="${event.key}"]:not([aria-pressed])`))
    : keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("focusin", (event) => choose(event.target.closest("[data-card]")));
document.querySelectorAll(".filter select").forEach((select) =>
  select.addEventListener("change", () => select.form.requestSubmit()));
choose(card);
// A search that found nothing yet goes on by itself, as one step back.
if (first("a[data-on]")) location.replace(first("a[data-on]").href);
if (location.hash === "#search") first('input[type="search"]')?.focus();
