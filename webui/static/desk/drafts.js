// Keeps what is marked: in this browser at once, on the box within a second. "Kept" is shown only when the box has it on its disk.
import { swap } from "./pieces.js";

const WAIT_MS = 600;
const AGAIN_MS = [1500, 3000, 6000, 12000];

export function setUpDrafts(form) { return new Drafts(form); }

class Drafts {
  constructor(form) {
    this.form = form;
    this.revision = Number(form.dataset.revision);
    [this.window, this.number] = this.identity();
    this.arrived = this.number;
    this.tries = 0;
    this.safe = true; // whether this browser keeps a copy
    this.instead = this.closed = this.held = this.leaving = false;
    this.running = null;
    this.restore();
    form.addEventListener("focusout", () => this.hurry());
    addEventListener("pagehide", () => { this.sign(); this.leave(); });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.leave(); });
    addEventListener("online", () => this.hurry());
    addEventListener("beforeunload", (event) => { this.leaving = true; if (this.waiting && !this.safe && !this.closed) event.preventDefault(); });
    form.querySelector("[data-here]").addEventListener("click", () => { this.instead = true; this.release(); this.hurry(); });
    form.querySelector("[data-there]").addEventListener("click", () => { this.close(); this.drop(); location.reload(); });
  }

  get waiting() { return this.number > this.arrived; }

  changed() {
    this.leaving = false; // whatever was to come instead of this page did not
    this.number += 1;
    this.keepHere();
    if (this.held) return;
    this.say("saving");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hurry(), WAIT_MS);
  }

  // At once, if there is anything to send.
  hurry() { if (this.waiting && !this.held && !this.closed) this.send(); }

  // Whether the box answers and has everything; tries once.
  async flush() {
    this.number += 1; // also when nothing was touched: it says whether the box is there
    if (this.held) return false;
    await this.running;
    await this.send();
    return !this.waiting;
  }

  // A page loaded again is the same window: what it sent in leaving is older than what it sends now. The name lies in the tab's
  // store only between leaving and coming back, so that a tab that was copied has one of its own.
  identity() {
    try {
      const left = JSON.parse(sessionStorage.getItem(`${this.key} window`));
      sessionStorage.removeItem(`${this.key} window`);
      if (left) return left;
    } catch { /* then it is a new one */ }
    return [[...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join(""), 0];
  }

  sign() {
    try { sessionStorage.setItem(`${this.key} window`, JSON.stringify([this.window, this.number])); } catch { /* no matter */ }
  }

  leave() {
    if (!this.waiting || this.closed || this.held) return;
    fetch(this.form.dataset.draft, { method: "POST", body: this.body(), keepalive: true }).catch(() => {});
  }

  close() { this.closed = true; clearTimeout(this.timer); }

  send() {
    this.running ??= this.post().finally(() => {
      this.running = null;
      if (this.waiting && !this.held && !this.closed && !this.tries) this.hurry();
    });
    return this.running;
  }

  async post() {
    clearTimeout(this.timer);
    const number = this.number;
    let answer;
    try {
      answer = await fetch(this.form.dataset.draft, { method: "POST", body: this.body() });
    } catch {
      return this.later();
    }
    if (answer.ok) return this.kept(number, await answer.json());
    if (answer.status === 409) return this.hold((await answer.json()).elsewhere);
    if (answer.status === 422) return this.say("problem", (await answer.json()).problem);
    if (answer.status === 401) return this.later("out");
    if (answer.status === 400) return this.later(await this.renew() ? "saving" : "out");
    return this.later();
  }

  body() {
    const body = new URLSearchParams(new FormData(this.form));
    const more = { window: this.window, number: this.number, seen: this.revision, ...(this.instead ? { instead: 1 } : {}) };
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    return body;
  }

  kept(number, { revision, saved, others }) {
    this.arrived = Math.max(this.arrived, number);
    this.revision = revision;
    this.tries = 0;
    this.instead = false;
    // The page that is on its way may have been drawn before this was kept: it needs the copy.
    if (!this.waiting && !this.leaving) this.drop();
    if (!this.waiting) this.say("kept", saved);
    const told = document.getElementById("others");
    told.textContent = others;
    told.hidden = !others;
    this.reveal();
  }

  // Where the department wants people's own marks first, the box tells what the machine suggests of an item when it has its mark.
  async reveal() {
    const { suggestions } = this.form.dataset;
    if (!suggestions || !this.form.querySelector(".item:has(input:checked, input[type=number]:valid) .suggestion[hidden]")) return;
    try {
      const answer = await fetch(suggestions);
      if (answer.ok) swap(await answer.text());
    } catch { /* with the next mark */ }
  }

  // Who logged in again has another session; the page's token has to be of it, and the person the same.
  async renew() {
    try {
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const form = page.getElementById("review");
      if (form?.dataset.key !== this.form.dataset.key) return false;
      this.form.elements.csrf_token.value = form.elements.csrf_token.value;
      document.getElementById("player").dataset.csrf = form.elements.csrf_token.value;
      return true;
    } catch { return false; }
  }

  later(state = this.safe ? "away" : "unsafe") {
    this.say(state);
    this.timer = setTimeout(() => this.hurry(), AGAIN_MS[Math.min(this.tries, AGAIN_MS.length - 1)]);
    this.tries += 1;
  }

  hold(text) {
    this.held = true;
    const notice = document.getElementById("elsewhere");
    notice.querySelector("span").textContent = text;
    notice.hidden = false;
    this.say("", "");
  }

  release() { this.held = false; document.getElementById("elsewhere").hidden = true; }

  say(state, text = "") {
    const line = document.getElementById("draft-state");
    line.className = `draft-state ${state}`;
    line.textContent = (line.dataset[state] ?? text).replace("{}", text);
  }

  // The copy in this browser: what the box has not confirmed yet.
  get key() { return `callbox marks ${this.form.dataset.key}`; }

  values() { return [...new FormData(this.form)].filter(([name]) => name !== "csrf_token"); }

  keepHere() {
    try {
      localStorage.setItem(this.key, JSON.stringify({ values: this.values(), revision: this.revision }));
      this.safe = true;
    } catch { this.safe = false; }
  }

  drop() { try { localStorage.removeItem(this.key); } catch { /* then there is none */ } }

  restore() {
    let left = null;
    try { left = JSON.parse(localStorage.getItem(this.key)); } catch { return; }
    if (!left) return;
    const mine = (name) => left.values.filter(([other]) => other === name).map(([, value]) => value);
    // Marks on another form, or from before somebody's review, are not for this page.
    const same = ["form_id", "form_version", "based_on"].every((name) => mine(name)[0] === this.form.elements[name].value);
    if (!same) return;
    for (const field of this.form.querySelectorAll("input:not([type=hidden]), textarea")) fill(field, mine(field.name));
    this.form.querySelector(".draft").hidden = false;
    this.revision = left.revision;
    this.number += 1;
    this.hurry();
  }
}

function fill(field, values) {
  if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
  else if (field.type === "number") field.value = values.find((value) => value !== "na") ?? "";
  else if (values.length) {
    field.value = values[0];
    field.closest("details")?.toggleAttribute("open", values[0] !== "");
  }
}
