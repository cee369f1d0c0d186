// Hear a line: its endless WAV is read as it comes and played a fraction of a second later. Not an <audio> element, which would hold
// back seconds; not an AudioWorklet, which browsers only give to pages with TLS.
const HEAD_BYTES = 44;
const LEAD_S = 0.25; // played so long after it came, so that an uneven network is not heard
const BEHIND_S = 1.0; // more than this waits: what came late is left out

class Stream {
  constructor(context, onDelay) {
    this.context = context;
    this.onDelay = onDelay;
    this.rest = new Uint8Array(0);
    this.head = null;
    this.next = 0;
  }

  take(bytes) {
    const all = new Uint8Array(this.rest.length + bytes.length);
    all.set(this.rest);
    all.set(bytes, this.rest.length);
    this.rest = all;
    if (!this.head) {
      if (all.length < HEAD_BYTES) return;
      const view = new DataView(all.buffer);
      this.head = { channels: view.getUint16(22, true), rate: view.getUint32(24, true) };
      this.rest = all.slice(HEAD_BYTES);
    }
    this.play();
  }

  play() {
    const { channels, rate } = this.head;
    const frames = Math.floor(this.rest.length / (2 * channels));
    if (!frames) return;
    const view = new DataView(this.rest.buffer, this.rest.byteOffset, frames * 2 * channels);
    const buffer = this.context.createBuffer(channels, frames, rate);
    for (let channel = 0; channel < channels; channel += 1) {
      const samples = buffer.getChannelData(channel);
      for (let frame = 0; frame < frames; frame += 1) samples[frame] = view.getInt16(2 * (frame * channels + channel), true) / 32768;
    }
    this.rest = this.rest.slice(frames * 2 * channels);
    const now = this.context.currentTime;
    if (this.next < now) this.next = now + LEAD_S;
    if (this.next > now + BEHIND_S) return;
    const source = this.context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.context.destination);
    source.start(this.next);
    this.next += buffer.duration;
    this.onDelay(this.next - now + (this.context.outputLatency || 0));
  }
}

export class Listener {
  constructor(wall) {
    this.wall = wall;
    this.line = "";
    wall.addEventListener("click", (event) => {
      const button = event.target.closest("button.listen");
      if (!button) return;
      const again = button.dataset.line === this.line;
      this.stop();
      if (!again) this.start(button);
    });
    window.addEventListener("pagehide", () => this.stop());
  }

  say(text) {
    const told = this.button.closest(".line").querySelector('[data-field="delay"]');
    if (told.textContent !== text) told.textContent = text;
  }

  async start(button) {
    this.button = button;
    this.line = button.dataset.line;
    this.press(true);
    this.say(this.wall.dataset.starting);
    this.abort = new AbortController();
    this.context = new AudioContext();
    const mine = this.abort;
    let end = this.wall.dataset.ended;
    try {
      await this.context.resume();
      const address = this.wall.dataset.audio.replace("LINE", encodeURIComponent(this.line));
      const answer = await fetch(address, { signal: mine.signal, cache: "no-store" });
      if (!answer.ok) end = `${this.wall.dataset.refused} ${(await answer.text()).trim()}`;
      else await this.follow(answer.body.getReader());
    } catch {
      // stopped here, or the box went away
    }
    if (this.abort === mine) {
      this.say(end);
      this.over();
    }
  }

  async follow(reader) {
    const delay = (seconds) => this.say(this.wall.dataset.delay.replace("SECONDS", seconds.toFixed(1)));
    const stream = new Stream(this.context, delay);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      stream.take(value);
    }
  }

  press(on) {
    this.button.setAttribute("aria-pressed", String(on));
    this.button.querySelector("span").textContent = on ? this.wall.dataset.stop : this.wall.dataset.listen;
    this.button.querySelector("use").setAttribute("href", this.button.querySelector("use").getAttribute("href").replace(/#.*/, on ? "#pause" : "#play"));
  }

  stop() {
    if (!this.line) return;
    const mine = this.abort;
    this.abort = null;
    this.say("");
    this.over();
    mine.abort();
  }

  over() {
    this.press(false);
    this.line = "";
    this.context.close();
  }
}
