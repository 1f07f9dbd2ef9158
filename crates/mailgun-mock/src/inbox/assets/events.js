// Events: their names, and the line of time.

import { el } from "./dom.js";

// From the most telling to the least.
const KINDS = [
  ["complained", "Complained"],
  ["failed", "Failed"],
  ["rejected", "Rejected"],
  ["unsubscribed", "Unsubscribed"],
  ["clicked", "Clicked"],
  ["opened", "Opened"],
  ["delivered", "Delivered"],
  ["accepted", "Accepted"],
];

// What the list says about a mail.
export function status(counts) {
  const found = KINDS.find(([kind]) => counts?.[kind]);
  if (!found) return { kind: "accepted", text: "Accepted" };
  const [kind, text] = found;
  const count = counts[kind];
  return { kind, text: count > 1 ? `${text} ${count}` : text };
}

// Whether the events of all recipients are shown.
let isForAll = false;

export function eventsOf(mail) {
  const isShown = (event) => isForAll || !event.recipient || event.recipient === mail.recipient;
  return mail.events.filter(isShown).sort((one, other) => one.timestamp - other.timestamp);
}

export function timeline(mail, redraw) {
  const events = eventsOf(mail);
  const toggle = (event) => {
    isForAll = event.target.checked;
    redraw();
  };
  return [
    mail.recipients.length > 1 && el("label", { class: "only" },
      el("input", { type: "checkbox", id: "all-recipients", checked: isForAll, change: toggle }),
      `Events of all ${mail.recipients.length} recipients`),
    events.length ? el("ol", { class: "timeline" }, events.map(entry)) : el("p", { class: "empty" }, "No event yet."),
  ].filter(Boolean);
}

function entry(event) {
  const date = dateOf(event);
  const name = KINDS.find(([kind]) => kind === event.event)?.[1] ?? event.event ?? "Event";
  const severity = event.severity ? ` (${event.severity})` : "";
  return el("li", { class: `event ${KINDS.some(([kind]) => kind === event.event) ? event.event : ""}` },
    el("div", { class: "event-head" },
      el("strong", {}, name + severity),
      el("bdi", {}, event.recipient ?? ""),
      el("time", { datetime: date.toISOString() }, date.toLocaleTimeString([], { timeStyle: "medium" }))),
    detail(event).map((line) => el("div", { class: "event-detail" }, line)),
    el("details", {},
      el("summary", {}, "JSON"),
      el("pre", { tabindex: "0" }, JSON.stringify(event, null, 2))));
}

// Tests add events of every kind, with a timestamp that may be none.
function dateOf({ timestamp }) {
  const date = new Date(Number(timestamp) * 1000);
  return Number.isNaN(date.getTime()) ? new Date(0) : date;
}

function detail(event) {
  const status = event["delivery-status"];
  const said = status && [status.code, status.message, status.description].filter(Boolean).join(" ");
  const client = event["client-info"];
  return [
    event.url,
    event.reason && `Reason: ${event.reason}`,
    said,
    client && [client["client-name"], client["client-os"], event.ip].filter(Boolean).join(", "),
  ].filter(Boolean);
}
