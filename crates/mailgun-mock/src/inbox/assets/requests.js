// The log of requests, and the webhooks that were posted.

import { json } from "./api.js";
import { byId, el, plural, size, time } from "./dom.js";

// The requests whose details are shown.
const opened = new Set();

export async function showRequests() {
  const log = await json("/inbox/requests");
  const rows = await Promise.all(log.requests.map(row));
  byId("requests-view").replaceChildren(
    el("h2", {}, "Requests"),
    el("p", { class: "muted" }, log.total
      ? `${plural(log.total, "request")} reached the API, newest first. Those of this page are left out.`
      : "No request has reached the API yet."),
    el("ul", { class: "log" }, rows),
    el("h2", {}, "Webhooks"),
    el("p", { class: "muted" }, log.webhooks.length
      ? "What was posted and what the receivers answered, newest first."
      : "No webhook was posted. Register one through the API, and press a button of a mail."),
    el("ul", { class: "log" }, log.webhooks.map(webhook)));
}

async function row(request) {
  const details = el("div", { class: "request-details", hidden: true });
  const toggle = el("button", {
    class: "request",
    "aria-expanded": "false",
    click: () => set(toggle.getAttribute("aria-expanded") !== "true"),
  },
    el("span", { class: "method" }, request.method),
    el("span", { class: "path cut" }, request.path, request.query && el("span", { class: "muted" }, `?${request.query}`)),
    el("span", { class: "muted size" }, size(request.size)),
    el("span", { class: "muted size" }, time(request.at)),
    code(request.status));
  async function set(isOpen) {
    isOpen ? opened.add(request.number) : opened.delete(request.number);
    toggle.setAttribute("aria-expanded", String(isOpen));
    details.hidden = !isOpen;
    if (isOpen) details.replaceChildren(...(await detail(request.number)));
  }
  if (opened.has(request.number)) await set(true);
  return el("li", {}, toggle, details);
}

async function detail(number) {
  const request = await json(`/inbox/requests/${number}`);
  return [
    el("table", { class: "pairs" }, el("tbody", {}, request.headers.map(([name, value]) =>
      el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, el("div", { class: "value" }, value)))))),
    request.body && el("pre", { class: "source", tabindex: "0" }, request.body),
    request.is_cut && el("p", { class: "muted" }, "The rest of the body is not shown."),
  ].filter(Boolean);
}

function webhook({ url, event, status }) {
  return el("li", {}, el("div", { class: "request" },
    el("span", { class: "method" }, event || "post"),
    el("span", { class: "path cut" }, url),
    code(status)));
}

function code(status) {
  const kind = !status ? "none" : status < 400 ? "good" : "bad";
  return el("span", { class: `code ${kind}` }, status ? String(status) : "none");
}
