// The page: what is shown, the keyboard, and what happens when the server has something new.

import { json, listen, send } from "./api.js";
import { byId, plural, toast } from "./dom.js";
import { showFaults } from "./faults.js";
import { focusRow, markRead, neighbour, setCurrent, showList } from "./list.js";
import { closeMessage, openMessage, refreshMessage, TABS } from "./message.js";
import { showRequests } from "./requests.js";

let counts = {};
let route = {};

// The part of the address behind `#/`: `mail/KEY/TAB`, `requests` or `faults`.
function readRoute() {
  const [view, key, tab] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return view === "requests" || view === "faults" ? { view } : { view: "mail", key, tab };
}

function go(...parts) {
  location.hash = `#/${parts.filter(Boolean).map(encodeURIComponent).join("/")}`;
}

async function showRoute() {
  route = readRoute();
  for (const view of ["mail", "requests", "faults"]) {
    byId(`${view}-view`).hidden = view !== route.view;
    const link = byId(`nav-${view}`);
    view === route.view ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current");
  }
  if (route.view === "requests") return showRequests();
  if (route.view === "faults") return showFaults();
  byId("mail-view").classList.toggle("is-open", Boolean(route.key));
  setCurrent(route.key);
  if (!route.key) return closeMessage();
  await openMessage(route.key, route.tab);
  markRead(route.key);
}

async function loadList() {
  const search = byId("search").value.trim();
  const list = await json(`/inbox/messages?${new URLSearchParams({ search })}`);
  if (search === byId("search").value.trim()) showList(list, search !== "");
}

function tryTo(action) {
  return async (...given) => {
    try {
      await action(...given);
    } catch (error) {
      toast(error.message, true);
    }
  };
}

const onCounts = tryTo(async (now) => {
  const before = counts;
  counts = now;
  const isNew = (...names) => names.some((name) => before[name] !== now[name]);
  byId("mails").textContent = now.messages.toLocaleString();
  byId("requests-count").textContent = now.requests.toLocaleString();
  byId("faults-count").textContent = now.faults ? now.faults.toLocaleString() : "";
  if (isNew("messages", "events", "cleared")) await loadList();
  if (isNew("messages", "events", "cleared", "webhooks") && route.key) await refreshMessage();
  if (isNew("requests", "answered", "webhooks", "cleared") && route.view === "requests") await showRequests();
  if (isNew("faults", "faults_left") && route.view === "faults") await showFaults();
});

function onState(isLive) {
  byId("live").textContent = isLive ? "Live" : "Reconnecting";
  byId("live").classList.toggle("is-live", isLive);
}

function move(step) {
  const key = neighbour(step);
  if (!key) return;
  if (route.key) go("mail", key);
  focusRow(key);
}

function leave(event) {
  if (event.target === byId("search")) {
    if (byId("search").value) {
      byId("search").value = "";
      return loadList();
    }
    return focusRow(route.key);
  }
  const key = route.key;
  if (key || route.view !== "mail") go();
  setTimeout(() => focusRow(key));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") return tryTo(leave)(event);
  if (event.target.closest("input, select, textarea")) {
    if (event.target === byId("search") && event.key === "ArrowDown") focusRow();
    return;
  }
  const tab = TABS[Number(event.key) - 1];
  if (event.key === "/") byId("search").focus();
  else if (event.key === "?") byId("help").showModal();
  else if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (tab && route.key) go("mail", route.key, tab.id);
  else return;
  event.preventDefault();
});

byId("search").addEventListener("input", tryTo(loadList));
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  focusRow();
  const key = document.activeElement.dataset.key;
  if (key) go("mail", key);
});
byId("list").addEventListener("click", (event) => {
  // A click without a mouse comes from the keyboard: the mail is read next.
  if (event.detail === 0 && event.target.closest("a")) setTimeout(() => byId("message").focus(), 100);
});
byId("help-button").addEventListener("click", () => byId("help").showModal());
byId("clear").addEventListener("click", () => byId("confirm").showModal());
byId("confirm").addEventListener("close", tryTo(async () => {
  if (byId("confirm").returnValue !== "yes") return;
  byId("confirm").returnValue = "";
  const mails = plural(counts.messages, "mail");
  await send("POST", "/reset");
  go();
  toast(`Deleted ${mails}`);
}));
window.addEventListener("hashchange", tryTo(showRoute));

listen(onCounts, onState);
tryTo(showRoute)();
