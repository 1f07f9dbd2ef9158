// One mail: who it is for, what can be made happen, and its parts.

import { json, messagePath, newest, send } from "./api.js";
import { avatar, byId, el, icon, plural, time, toast } from "./dom.js";
import { filesPanel, frame, headersPanel, sourcePanel, textPanel } from "./panels.js";
import { eventsOf, timeline } from "./events.js";

export const TABS = [
  { id: "html", name: "HTML" },
  { id: "text", name: "Text" },
  { id: "headers", name: "Headers" },
  { id: "source", name: "Source" },
  { id: "files", name: "Files" },
  { id: "events", name: "Events" },
];

// The open mail: its key, the chosen recipient and the tab, what the server says of it, and its
// elements. What the server says may be of the recipient before, until it has answered.
let open = null;

export function closeMessage() {
  fetchMail(null);
  open = null;
  byId("message").replaceChildren(
    el("div", { class: "nothing" },
      el("p", {}, "Select a mail to read it."),
      el("p", { class: "muted" }, el("kbd", {}, "j"), " ", el("kbd", {}, "k"), " move, ", el("kbd", {}, "Enter"), " opens, ", el("kbd", {}, "?"), " shows all keys.")));
}

// Without a key, it only makes the answer that is under way an old one.
const fetchMail = newest(async (key) => key && json(messagePath(key)));

export async function openMessage(key, tab) {
  if (open?.key === key) {
    fetchMail(null);
  } else {
    const mail = await fetchMail(key);
    if (!mail) return;
    open = { key, recipient: mail.recipient, mail, tab, panel: "" };
    build();
  }
  open.tab = tab;
  update();
}

const load = newest((key, recipient) => json(messagePath(key, "", { recipient })));

// Shows what has happened since, and leaves the rest alone: a frame that is made anew loads anew.
export async function refreshMessage() {
  if (!open) return;
  const asked = open;
  const mail = await load(asked.key, asked.recipient);
  if (!mail || open !== asked) return;
  open.mail = mail;
  update();
}

async function choose(recipient) {
  const asked = open;
  asked.recipient = recipient;
  const mail = await load(asked.key, recipient);
  if (!mail || open !== asked) return;
  open.mail = mail;
  update();
}

function build() {
  const { mail } = open;
  open.head = el("header", { class: "mail-head" });
  open.notices = el("div", { class: "notices" });
  open.tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Parts of the mail" });
  open.body = el("div", { class: "panel", role: "tabpanel", id: "panel", "aria-labelledby": "tab-html" });
  byId("message").setAttribute("tabindex", "-1");
  byId("message").replaceChildren(open.head, toolbar(mail), open.notices, open.tabs, open.body);
}

function update() {
  const { mail } = open;
  open.head.replaceChildren(...head(mail));
  open.notices.replaceChildren(...notices(mail));
  const tab = TABS.find(({ id }) => id === open.tab) ?? TABS[mail.has_html ? 0 : 1];
  updateTabs(tab.id);
  open.body.setAttribute("aria-labelledby", `tab-${tab.id}`);
  // Events change while they are looked at. The other parts do not.
  const panel = `${tab.id} ${mail.recipient} ${tab.id === "events" ? JSON.stringify(mail.events) : ""}`;
  if (panel === open.panel) return;
  open.panel = panel;
  open.body.className = `panel panel-${tab.id}`;
  open.body.replaceChildren(...[panelOf(tab.id, mail)].flat());
}

function panelOf(tab, mail) {
  switch (tab) {
    case "html": return frame(open);
    case "text": return textPanel(mail);
    case "headers": return headersPanel(mail);
    case "source": return sourcePanel(open);
    case "files": return filesPanel(mail);
    default: return timeline(mail, redraw);
  }
}

function redraw() {
  open.panel = "";
  update();
}

function head(mail) {
  const people = (name, list) => list.length > 0 &&
    el("div", { class: "people" }, el("span", { class: "muted" }, name), " ", el("bdi", { title: list.join(", ") }, list.join(", ")));
  return [
    el("a", { class: "back", href: "#/", "aria-label": "Back to the list" }, icon("back")),
    el("h2", { class: "subject" }, mail.subject || "(no subject)"),
    el("div", { class: "from" },
      avatar(mail.from),
      el("div", { class: "from-text" },
        el("bdi", { class: "sender" }, mail.from || "(no sender)"),
        people("to", mail.to), people("cc", mail.cc), people("bcc", mail.bcc)),
      el("div", { class: "when" }, time(mail.at))),
    el("div", { class: "chips" },
      mail.is_test && el("span", { class: "chip warn" }, "test mode"),
      mail.delivery_time && el("span", { class: "chip" }, `scheduled for ${mail.delivery_time}`),
      mail.template && el("span", { class: "chip" }, `template ${mail.template}`),
      mail.tags.map((tag) => el("span", { class: "chip" }, tag)),
      mail.subaccount && el("span", { class: "chip" }, `subaccount ${mail.subaccount}`)),
  ];
}

function toolbar(mail) {
  const picker = el("select", { id: "recipient", change: (event) => attempt(() => choose(event.target.value)) },
    mail.recipients.map((address) => el("option", { value: address }, address)));
  picker.value = mail.recipient;
  return el("div", { class: "toolbar" },
    el("label", { class: "picker" }, el("span", {}, "As seen by"), picker),
    el("div", { class: "actions", role: "group", "aria-label": "Make it happen" },
      el("span", { class: "muted" }, "Simulate"),
      button("Open", "open", "The recipient opens the mail"),
      button("Click", "click", "The recipient follows a link"),
      button("Unsubscribe", "unsubscribe", "The recipient unsubscribes"),
      button("Complain", "complain", "The recipient marks the mail as spam"),
      button("Bounce", "bounce", "The mailbox does not exist")));
}

function button(name, action, title) {
  return el("button", { class: "button small", id: `do-${action}`, title, click: () => attempt(() => act(name, action)) }, name);
}

async function act(name, action) {
  const { key, recipient, mail: shown } = open;
  if (action === "click") {
    const mail = shown.recipient === recipient ? shown : await json(messagePath(key, "", { recipient }));
    const url = await chooseLink(mail.links.filter((link) => link.is_tracked));
    if (!url) return;
    await send("POST", "/click", { url });
  } else {
    await send("POST", `/messages/${encodeURIComponent(key)}/${action}`, { recipient });
  }
  toast(`${name}: ${recipient}`);
}

// The link to follow: the only one, or the one that the user chooses.
async function chooseLink(links) {
  if (!links.length) throw new Error("No link of this mail is tracked. Send it with o:tracking-clicks=yes.");
  if (links.length === 1) return links[0].url;
  const dialog = byId("links");
  dialog.querySelector("ul").replaceChildren(...links.map(({ url, target }) =>
    el("li", {}, el("button", { class: "link cut", value: url }, target))));
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  return dialog.returnValue;
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    toast(error.message, true);
  }
}

function notices(mail) {
  const list = [];
  if (mail.template_error) {
    list.push(el("p", { class: "notice error" }, `The template could not be rendered: ${mail.template_error}`));
  }
  if (mail.unreplaced?.length) {
    list.push(el("p", { class: "notice", id: "unreplaced" },
      `${plural(mail.unreplaced.length, "placeholder")} without a value: `,
      mail.unreplaced.map((name) => [el("code", {}, name), " "]).flat()));
  }
  return list;
}

function updateTabs(selected) {
  const { mail, tabs, key } = open;
  const counts = { files: mail.files.length, events: eventsOf(mail).length };
  const focused = document.activeElement?.getAttribute("role") === "tab";
  tabs.replaceChildren(...TABS.map(({ id, name }) =>
    el("button", {
      class: "tab",
      role: "tab",
      id: `tab-${id}`,
      "aria-selected": String(id === selected),
      "aria-controls": "panel",
      tabindex: id === selected ? "0" : "-1",
      click: () => goTo(key, id),
      keydown: (event) => turn(event, id),
    }, name, counts[id] > 0 && el("span", { class: "count" }, String(counts[id])))));
  if (focused) byId(`tab-${selected}`).focus();
}

function goTo(key, tab) {
  location.hash = `#/mail/${encodeURIComponent(key)}/${tab}`;
}

// Arrow keys change the tab, as in every list of tabs.
function turn(event, id) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const index = TABS.findIndex((tab) => tab.id === id);
  goTo(open.key, TABS[(index + step + TABS.length) % TABS.length].id);
}
