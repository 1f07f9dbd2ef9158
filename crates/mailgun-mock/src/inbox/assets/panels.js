// The parts of a mail.

import { messagePath, text } from "./api.js";
import { el, icon, size } from "./dom.js";

// The HTML in a frame in which nothing of it runs. The server adds a policy that says the same.
export function frame(open) {
  const { mail } = open;
  if (!mail.has_html) return empty("The mail has no HTML.");
  const page = el("iframe", {
    title: "HTML of the mail",
    sandbox: "allow-popups allow-popups-to-escape-sandbox",
    referrerpolicy: "no-referrer",
    src: framePath(open, false),
  });
  const width = (name, label, kind, isPressed) => el("button", {
    class: "plain",
    "aria-label": label,
    "aria-pressed": String(isPressed),
    title: label,
    click: (event) => {
      for (const one of event.currentTarget.parentNode.children) one.setAttribute("aria-pressed", "false");
      event.currentTarget.setAttribute("aria-pressed", "true");
      page.className = kind;
    },
  }, icon(name));
  return [
    el("div", { class: "frame-bar" },
      remote(open, page),
      el("div", { class: "widths", role: "group", "aria-label": "Width" },
        width("desktop", "Full width", "", true),
        width("phone", "Width of a phone", "narrow", false))),
    el("div", { class: "frame-box" }, page),
  ];
}

function framePath({ key, mail }, isRemote) {
  return messagePath(key, "/html", { recipient: mail.recipient, ...(isRemote && { remote: "1" }) });
}

function remote(open, page) {
  if (!open.mail.has_remote) return el("span", { class: "muted" }, "Nothing remote in this mail");
  const note = el("span", {}, icon("shield"), "Remote content is off");
  const load = el("button", {
    class: "button small",
    id: "load-remote",
    click: () => {
      page.src = framePath(open, true);
      note.textContent = "Remote content is loaded";
      load.remove();
    },
  }, "Load it");
  return el("span", { class: "remote" }, note, load);
}

export function textPanel(mail) {
  if (!mail.text) return empty("The mail has no plain text.");
  return el("pre", { class: "text", tabindex: "0" }, ...marked(mail.text, mail.unreplaced));
}

// The text with these placeholders marked.
function marked(text, names) {
  if (!names.length) return [text];
  const escaped = names.map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const parts = text.split(new RegExp(`(${escaped.join("|")})`));
  return parts.map((part) => (names.includes(part) ? el("mark", {}, part) : part));
}

export function headersPanel(mail) {
  return [
    el("h3", {}, "Headers"),
    table(mail.headers),
    el("h3", {}, "Fields as received"),
    table(mail.fields),
  ];
}

function table(pairs) {
  return el("table", { class: "pairs" }, el("tbody", {}, pairs.map(([name, value]) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, el("div", { class: "value" }, value))))));
}

export function sourcePanel({ key, mail }) {
  const source = el("pre", { class: "source", tabindex: "0" }, "Loading");
  text(messagePath(key, "/source", { recipient: mail.recipient }))
    .then((mime) => { source.textContent = mime; })
    .catch((error) => { source.textContent = error.message; });
  return source;
}

export function filesPanel(mail) {
  if (!mail.files.length) return empty("The mail has no files.");
  return el("ul", { class: "files" }, mail.files.map((file) => {
    const path = (kind) => messagePath(mail.key, `/${kind}/${file.index}`);
    return el("li", { class: "file" },
      file.is_image
        ? el("img", { src: path("images"), alt: "", loading: "lazy" })
        : el("span", { class: "file-kind", "aria-hidden": "true" }, icon("clip")),
      el("div", { class: "file-text" },
        el("bdi", { class: "file-name" }, file.name || "(no name)"),
        el("span", { class: "muted" }, `${file.content_type}, ${size(file.size)}${file.is_inline ? ", inline" : ""}`)),
      el("a", { class: "button small", href: path("files"), download: "" }, icon("download"), "Download"));
  }));
}

function empty(text) {
  return el("p", { class: "empty" }, text);
}
