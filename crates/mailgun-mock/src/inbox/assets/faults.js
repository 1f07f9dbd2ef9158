// Faults: what goes wrong with the next requests.

import { byId, el } from "./dom.js";

export async function showFaults() {
  byId("faults-view").replaceChildren(el("h2", {}, "Faults"));
}
