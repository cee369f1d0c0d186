// A call that goes on: what was understood is added as it comes. When the call is over or its full analysis is there, the page is
// loaded anew, unless somebody has the form in use: then it says so.
import { insertByTime, swap } from "./pieces.js";

const EVERY_MS = 2000;
const SLOWEST_MS = 30000;

export function followLive() {
  const list = document.getElementById("live-turns");
  if (list) new Live(list).plan();
}

class Live {
  constructor(list) {
    this.list = list;
    this.wait = EVERY_MS;
    document.addEventListener("visibilitychange", () => { if (!document.hidden) { this.wait = EVERY_MS; this.turn(); } });
  }

  get head() { return document.getElementById("live-head"); }

  plan() {
    clearTimeout(this.timer);
    if (!document.hidden) this.timer = setTimeout(() => this.turn(), this.wait);
  }

  async turn() {
    if (this.asking) return; // two answers at once would bring the same words twice
    this.asking = true;
    clearTimeout(this.timer);
    const { stage, last } = this.head.dataset;
    try {
      await this.ask(stage, last);
      this.wait = EVERY_MS;
    } catch { this.wait = Math.min(SLOWEST_MS, 2 * this.wait); }
    this.asking = false;
    const now = this.head.dataset.stage;
    if (now === stage) this.plan(); else this.ended(now);
  }

  async ask(stage, last) {
    const address = `${this.list.dataset.address}?${new URLSearchParams({ stage, after: last })}`;
    const answer = await fetch(address, { headers: { "X-Callbox-Background": "live" }, cache: "no-store" });
    if (answer.status === 401 || answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    if (answer.status === 204) return;
    const panel = this.list.closest(".transcript");
    const atEnd = panel.scrollHeight - panel.scrollTop - panel.clientHeight < 60;
    for (const entry of swap(await answer.text())) insertByTime(this.list, entry);
    document.getElementById("live-none")?.remove();
    if (atEnd) panel.scrollTop = panel.scrollHeight;
  }

  ended(stage) {
    if (!document.getElementById("review")?.dataset.draft) return location.reload();
    document.getElementById("live-anew").hidden = false;
    if (stage !== "done") this.plan();
  }
}
