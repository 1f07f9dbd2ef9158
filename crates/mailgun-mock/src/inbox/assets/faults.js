// Faults: what goes wrong with the next requests.

import { json, send } from "./api.js";
import { byId, el, plural, toast } from "./dom.js";

// What can be switched on, with the fields that make it.
const FAULTS = [
  ["Server error", "Responds with 503. The mail is not accepted.", { effect: "status", status: 503 }],
  ["Rate limit", "Responds with 429 and asks to wait for 2 seconds.", { effect: "rate_limit", retry_after: 2 }],
  ["Lost response", "Accepts the mail and closes the connection. The client cannot know.", { effect: "lose_response" }],
  ["Slow response", "Accepts the mail and responds after 5 seconds.", { effect: "delay", seconds: 5 }],
  ["No response", "Reads the request and never responds. The mail is not accepted.", { effect: "silence" }],
  ["Connection reset", "Reads the request and resets the connection. The mail is not accepted.", { effect: "reset_after_read" }],
];

// As good as for ever.
const ALWAYS = 1_000_000;

// From here on, a number of requests means that the fault is switched on.
const MANY = 1000;

let scope = "/messages";
let shown = "";

export async function showFaults() {
  const { items } = await json("/mock/faults");
  // A button that is made anew while it is pressed would lose the click.
  const now = JSON.stringify(items.map((item) => ({ ...item, left: Math.min(item.left, MANY) })));
  if (now === shown) return;
  shown = now;
  const focused = document.activeElement?.id;
  byId("faults-view").replaceChildren(
    el("h2", {}, "Faults"),
    el("p", { class: "muted" }, "Let requests fail to see what your program does. The inbox itself is spared."),
    el("label", { class: "picker scope" }, el("span", {}, "Applies to"), picker()),
    el("ul", { class: "faults" }, FAULTS.map((fault, index) => card(fault, index, items))),
    el("h2", {}, "Queue"),
    el("p", { class: "muted" }, items.length ? "A request gets the first fault that applies to it." : "No fault is queued."),
    el("ul", { class: "log" }, items.map(queued)));
  byId(focused)?.focus();
}

function picker() {
  const select = el("select", { id: "scope", change: (event) => { scope = event.target.value; } },
    el("option", { value: "/messages" }, "requests that send mail"),
    el("option", { value: "" }, "all requests"));
  select.value = scope;
  return select;
}

function card([name, text, fields], index, items) {
  const same = items.filter((item) => item.effect === fields.effect && (!fields.status || item.status === fields.status));
  const isOn = same.some((item) => item.left >= MANY);
  const title = `fault-${index}`;
  return el("li", { class: isOn ? "fault is-on" : "fault" },
    el("div", { class: "fault-text" }, el("strong", { id: title }, name), el("span", { class: "muted" }, text)),
    el("button", { class: "button small", id: `once-${index}`, "aria-label": `${name}, once`, click: () => change(() => add(fields, 1)) }, "Once"),
    el("button", {
      class: "switch",
      role: "switch",
      id: `switch-${index}`,
      "aria-checked": String(isOn),
      "aria-labelledby": title,
      click: () => change(() => (isOn ? removeAll(same) : add(fields, ALWAYS))),
    }));
}

function queued(item) {
  const left = item.left >= MANY ? "until it is switched off" : `${plural(item.left, "request")} left`;
  return el("li", {}, el("div", { class: "request" },
    el("span", { class: "method" }, item.status ? `${item.effect} ${item.status}` : item.effect),
    el("span", { class: "path cut muted" },
      [item.method, item.has_path && "some paths", item.recipient && `for ${item.recipient}`, left].filter(Boolean).join(", ")),
    el("button", { class: "button small", "aria-label": `Remove ${item.effect}`, click: () => change(() => removeAll([item])) }, "Remove")));
}

function add(fields, times) {
  return send("POST", "/faults", { ...fields, times, ...(scope && { path: scope, method: "POST" }) });
}

async function removeAll(items) {
  for (const { id } of items) await send("DELETE", `/faults/${id}`);
}

async function change(action) {
  try {
    await action();
    await showFaults();
  } catch (error) {
    toast(error.message, true);
  }
}
