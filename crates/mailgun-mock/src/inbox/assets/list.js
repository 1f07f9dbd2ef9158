// The list of mails.

import { avatar, byId, el, icon, nameOf, plural, time } from "./dom.js";
import { status } from "./events.js";

const STORED = "mailgun-mock.read";
const read = new Set((localStorage.getItem(STORED) ?? "").split(" "));
let items = [];
let current = null;

export function markRead(key) {
  if (read.has(key)) return;
  read.add(key);
  localStorage.setItem(STORED, [...read].slice(-2000).join(" "));
  byId("list").querySelector(`[data-key="${CSS.escape(key)}"]`)?.classList.remove("unread");
  showTitle();
}

export function showList(list, isSearch) {
  items = list.items;
  const focused = document.activeElement?.dataset?.key;
  byId("list").replaceChildren(...items.map(row));
  byId("found").textContent = isSearch
    ? `${list.found.toLocaleString()} of ${plural(list.total, "mail")}`
    : plural(list.total, "mail");
  byId("clear").hidden = list.total === 0;
  if (!items.length) byId("list").append(empty(isSearch));
  if (list.found > items.length) {
    byId("list").append(el("li", { class: "more" }, `The newest ${items.length} are listed. Search for older ones.`));
  }
  if (focused) link(focused)?.focus({ preventScroll: true });
  setCurrent(current);
  showTitle();
}

function empty(isSearch) {
  if (isSearch) return el("li", { class: "empty" }, "No mail matches.");
  return el("li", { class: "empty" }, "No mail yet. Send one to ", el("code", {}, location.origin), " and it appears here.");
}

function row(item) {
  const to = item.to.length ? nameOf(item.to[0]) : "nobody";
  const more = item.recipients > 1 ? ` +${item.recipients - 1}` : "";
  const badge = status(item.events);
  const kind = read.has(item.key) ? "row" : "row unread";
  return el("li", {},
    el("a", { class: kind, href: `#/mail/${encodeURIComponent(item.key)}`, "data-key": item.key },
      avatar(item.to[0]),
      el("span", { class: "row-text" },
        el("span", { class: "row-top" },
          el("span", { class: "row-to" }, el("bdi", {}, to), more),
          time(item.at)),
        el("span", { class: "row-subject" },
          el("span", { class: "cut" }, item.subject || "(no subject)"),
          item.files > 0 && icon("clip"),
          el("span", { class: `pill ${badge.kind}` }, badge.text)),
        el("span", { class: "row-preview cut" }, item.preview || "\u00a0"))));
}

function link(key) {
  return byId("list").querySelector(`[data-key="${CSS.escape(key)}"]`);
}

export function setCurrent(key) {
  current = key;
  for (const row of byId("list").querySelectorAll("[aria-current]")) row.removeAttribute("aria-current");
  if (key) link(key)?.setAttribute("aria-current", "true");
}

// The key of the next mail (1) or the previous one (-1), seen from the focused or open one.
export function neighbour(step) {
  const from = document.activeElement?.dataset?.key ?? current;
  const index = items.findIndex((item) => item.key === from);
  if (index < 0) return items[0]?.key;
  return items[Math.min(Math.max(index + step, 0), items.length - 1)].key;
}

export function focusRow(key) {
  const row = key ? link(key) : byId("list").querySelector("a");
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

function showTitle() {
  const unread = items.filter((item) => !read.has(item.key)).length;
  document.title = `${unread ? `(${unread}) ` : ""}Inbox · Mailgun mock`;
}
