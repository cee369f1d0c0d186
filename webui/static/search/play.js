// Plays a call from the list, at the spot, without leaving it. Without this script the row leads to the call page, at the same spot.
const bar = document.getElementById('bar');
const sound = document.getElementById('bar-sound');
const seek = document.getElementById('bar-seek');
const time = document.getElementById('bar-time');
const link = document.getElementById('bar-call');
const problem = document.getElementById('bar-problem');
const NOBODY = '00000000-0000-0000-0000-000000000000';
let current = null;

const clock = (seconds) => {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};

function open(button) {
  current = button;
  const at = Number(button.dataset.at);
  const row = button.closest('tr');
  bar.hidden = false;
  problem.textContent = '';
  link.textContent = `${row.querySelector('.time b').textContent} ${row.querySelector('.agent').firstChild.textContent.trim()}`;
  link.href = sound.dataset.page.replace(NOBODY, button.dataset.play);
  sound.src = sound.dataset.address.replace(NOBODY, button.dataset.play);
  sound.addEventListener('loadedmetadata', () => { sound.currentTime = Math.min(at, sound.duration); }, { once: true });
  sound.play().catch(() => {});
}

function toggle() {
  if (sound.paused) sound.play().catch(() => {});
  else sound.pause();
}

function close() {
  sound.pause();
  sound.removeAttribute('src');
  bar.hidden = true;
  current?.focus();
  current = null;
  mark();
}

function mark() {
  for (const button of document.querySelectorAll('.calls .play')) button.classList.toggle('on', button === current && !sound.paused);
  document.getElementById('bar-play').classList.toggle('on', !sound.paused);
}

document.querySelector('.calls')?.addEventListener('click', (event) => {
  const button = event.target.closest('.play');
  if (!button) return;
  if (button === current) toggle();
  else open(button);
});
document.getElementById('bar-play').addEventListener('click', toggle);
document.getElementById('bar-close').addEventListener('click', close);
document.addEventListener('keydown', (event) => { if (event.key === 'Escape' && !bar.hidden) close(); });
seek.addEventListener('input', () => { sound.currentTime = Number(seek.value); });
for (const name of ['play', 'pause', 'ended']) sound.addEventListener(name, mark);
sound.addEventListener('durationchange', () => { if (Number.isFinite(sound.duration)) seek.max = sound.duration; });
sound.addEventListener('timeupdate', () => {
  seek.value = sound.currentTime;
  seek.setAttribute('aria-valuetext', clock(sound.currentTime));
  time.textContent = clock(sound.currentTime);
});
sound.addEventListener('error', () => { if (sound.hasAttribute('src')) problem.textContent = problem.dataset.text; });
