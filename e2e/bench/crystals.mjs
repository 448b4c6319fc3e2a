// How fast crystals of 5 atoms are made in the browser, alone and several at once, on the CPU path; DEVICES=webgpu on a
// machine with a GPU (a software adapter needs minutes).
//
// SrTiO₃ by the `perov-small` preset in 20 steps, every step looked at, as the page does. Times are those from the start
// of the sampling to the last crystal; measuring them comes after. Medians of RUNS (15) after WARM (3), by when the
// worker's helpers on the other cores have started.
//
//   node e2e/bench/crystals.mjs

import { median, quantile, stage, weightsOf, workerAddress } from "./beside-ort.mjs";

const RUNS = Number(process.env.RUNS ?? 15);
const WARM = 3;
const DEVICES = (process.env.DEVICES ?? "cpu").split(",");
const COUNTS = [1, 16, 64];
const { browser, open, stop } = await stage({});

/** Milliseconds to make `count` crystals, `RUNS` times, and on what. */
async function made(device, count) {
  const page = await open();
  const { times, threads } = await page.evaluate(
    async ({ address, weights, device, count, runs }) => {
      const request = { system: "crysbfn", preset: "perov-small", parameters: { composition: "SrTiO3", steps: 20 }, count, device };
      const worker = await startWorker(address);
      const times = [];
      let threads;
      for (let run = 0; run < runs; run++) {
        let started, ended;
        await worker.sample(request, weights, ({ from, adapter }) => {
          if (from === "backend") [threads, started] = [adapter, performance.now()];
          if (from === "crystal") ended = performance.now();
        });
        times.push(ended - started);
      }
      return { times, threads };
    },
    { address: workerAddress(), weights: weightsOf("crysbfn", "perov-small"), device, count, runs: WARM + RUNS },
  );
  await page.close();
  return { times: times.slice(WARM), threads };
}

try {
  console.log(`SrTiO₃, 20 steps, in ${browser.version()}; medians of ${RUNS}\n`);
  console.log("| device | crystals | ms | quartiles | ms a crystal | rate against one alone |\n|---|---|---|---|---|---|");
  for (const device of DEVICES) {
    let alone;
    for (const count of COUNTS) {
      const { times, threads } = await made(device, count);
      const ms = median(times);
      alone ??= ms;
      const each = ms / count;
      console.log(`| ${threads} | ${count} | ${ms.toFixed(0)} | ${quantile(times, 0.25).toFixed(0)} to ${quantile(times, 0.75).toFixed(0)} | ${each.toFixed(1)} | ${(alone / each).toFixed(1)}× |`);
    }
  }
} finally {
  await stop();
}
