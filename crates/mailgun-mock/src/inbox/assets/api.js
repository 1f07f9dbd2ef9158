// Talks to the server.

async function call(path, options) {
  const response = await fetch(path, options);
  if (response.ok) return response;
  const text = await response.text();
  let message = text;
  try {
    message = JSON.parse(text).message ?? text;
  } catch {
    // Not every refusal is JSON.
  }
  throw new Error(message || `Status ${response.status}`);
}

export const json = async (path) => (await call(path)).json();
export const text = async (path) => (await call(path)).text();

// Changes something, with the routes that programs use too.
export async function send(method, path, fields = {}) {
  const body = method === "POST" ? new URLSearchParams(fields) : undefined;
  return (await call(`/mock${path}`, { method, body })).json();
}

export function messagePath(key, rest = "", query = {}) {
  const search = new URLSearchParams(query).toString();
  return `/inbox/messages/${encodeURIComponent(key)}${rest}${search && `?${search}`}`;
}

// Calls back with the counts of everything, now and after each change.
export function listen(onCounts, onState) {
  const source = new EventSource("/inbox/live");
  source.addEventListener("open", () => onState(true));
  source.addEventListener("error", () => onState(false));
  source.addEventListener("message", (event) => onCounts(JSON.parse(event.data)));
}
