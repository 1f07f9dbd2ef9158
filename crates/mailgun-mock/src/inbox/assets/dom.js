// Makes elements. Text becomes text nodes alone, so no mail can bring markup into the page.

export const byId = (id) => document.getElementById(id);

export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  const isShown = (child) => child !== undefined && child !== null && child !== false;
  node.append(...children.flat().filter(isShown));
  return node;
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  clip: "M20 11.5l-8 8a5 5 0 0 1-7-7l8.5-8.5a3.400 3.400 0 0 1 4.800 4.800l-8.5 8.5a1.700 1.700 0 0 1-2.400-2.400l7.600-7.600",
  desktop: "M4 5h16v11H4zM9 20h6M12 16v4",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  shield: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
};

export function icon(name) {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// The name of a mailbox, or else its address.
export function nameOf(mailbox) {
  const end = mailbox.lastIndexOf("<");
  const name = end > 0 ? mailbox.slice(0, end).trim().replace(/^"(.*)"$/, "$1") : "";
  return name || mailbox.replace(/^<|>$/g, "");
}

// A circle with the initial of a mailbox, in a colour of its own.
export function avatar(mailbox) {
  const name = nameOf(mailbox || "?");
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) % 360;
  const initial = (name.match(/[\p{L}\p{N}]/u) ?? ["?"])[0].toUpperCase();
  const circle = el("span", { class: "avatar", "aria-hidden": "true" }, initial);
  circle.style.setProperty("--hue", hash);
  return circle;
}

export function time(millis) {
  const date = new Date(millis);
  const isToday = date.toDateString() === new Date().toDateString();
  const shown = isToday
    ? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleDateString([], { day: "numeric", month: "short" });
  const title = date.toLocaleString([], { dateStyle: "full", timeStyle: "medium" });
  return el("time", { datetime: date.toISOString(), title }, shown);
}

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} KB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function plural(count, one, many = `${one}s`) {
  return `${count.toLocaleString()} ${count === 1 ? one : many}`;
}

// Says for a moment what a button has done.
export function toast(text, isError = false) {
  const note = el("div", { class: isError ? "toast error" : "toast" }, text);
  byId("toasts").append(note);
  setTimeout(() => note.remove(), isError ? 8000 : 4000);
}
