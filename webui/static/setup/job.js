// Shows how far a piece of long work is, and the page anew when it is over. Without script the page renews itself.
const box = document.querySelector("[data-job]");
const EVERY_MS = 1500;

async function look() {
  const answer = await fetch(box.dataset.job, { headers: { Accept: "application/json", "X-Callbox-Background": "job" } }).catch(() => null);
  if (answer?.ok) {
    const job = await answer.json();
    if (job.over) {
      location.reload();
      return;
    }
    show(job);
  }
  setTimeout(look, EVERY_MS);
}

function show(job) {
  const bar = box.querySelector("progress");
  if (job.total) {
    bar.max = job.total;
    bar.value = job.done;
    box.querySelector("output").textContent = `${job.done} / ${job.total}`;
  }
}

if (box) setTimeout(look, EVERY_MS);
