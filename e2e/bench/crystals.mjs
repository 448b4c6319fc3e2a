// How fast crystals of 5 atoms are made in the browser, alone and several at once, on the CPU path; DEVICES=webgpu on a
// machine with a GPU (a software adapter needs minutes).
//
// SrTiO₃ by the `perov-small` preset in 20 steps, every step looked at, as the page does. Times are those of making them;
// measuring them comes after. Medians of RUNS (5) after a warm one.
//
//   node e2e/bench/crystals.mjs

import { manifest, median, stage } from "./beside-ort.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const DEVICES = (process.env.DEVICES ?? "cpu").split(",");
const COUNTS = [1, 16, 64];
const bundle = manifest();
const { browser, open, stop } = await stage({});

/** Milliseconds to make `count` crystals, `runs` times. */
async function made(device, count, runs) {
  const file = bundle["weights/crysbfn/perov-small/weights.safetensors"];
  const page = await open();
  const times = await page.evaluate(
    async ({ worker, weights, device, count, runs }) => {
      const parameters = { composition: "SrTiO3", steps: 20 };
      const request = { system: "crysbfn", preset: "perov-small", parameters, count, device };
      const times = [];
      let sum = 0;
      const running = new Worker(worker, { type: "module" });
      const tell = (message) => running.postMessage({ json: JSON.stringify(message) });
      return new Promise((resolve, reject) => {
        running.onerror = (event) => reject(new Error(event.message));
        running.onmessage = ({ data }) => {
          const { from, job = 0, milliseconds, message } = JSON.parse(data.json);
          if (from === "failed") reject(new Error(message));
          if (from === "crystal") sum += milliseconds;
          if (from === "done") times.push(sum);
          if (!["ready", "done"].includes(from)) return;
          sum = 0;
          if (times.length <= runs) return tell({ to: "sample", job: job + 1, request: { ...request, seed: job }, weights: [weights] });
          running.terminate();
          resolve(times.slice(1));
        };
      });
    },
    { worker: bundle["worker.js"].path, weights: { url: file.path, bytes: file.bytes, sha256: file.sha256 }, device, count, runs },
  );
  await page.close();
  return times;
}

try {
  console.log(`SrTiO₃, 20 steps, in ${browser.version()}; medians of ${RUNS}\n`);
  console.log("| device | crystals | ms | ms a crystal | rate against one alone |\n|---|---|---|---|---|");
  for (const device of DEVICES) {
    let alone;
    for (const count of COUNTS) {
      const ms = median(await made(device, count, RUNS));
      alone ??= ms;
      const each = ms / count;
      console.log(`| ${device} | ${count} | ${ms.toFixed(0)} | ${each.toFixed(1)} | ${(alone / each).toFixed(1)}× |`);
    }
  }
} finally {
  await stop();
}
