// How fast crystals of 5 atoms are made in the browser, alone and several at once, on the CPU path; DEVICES=webgpu on a
// machine with a GPU (a software adapter needs minutes).
//
// SrTiO₃ by the `perov-small` preset in 20 steps, every step looked at, as the page does. Times are those of making them;
// measuring them comes after. Medians of RUNS (5) after a warm one.
//
//   node e2e/bench/crystals.mjs

import { median, stage, weightsOf, workerAddress } from "./beside-ort.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const DEVICES = (process.env.DEVICES ?? "cpu").split(",");
const COUNTS = [1, 16, 64];
const { browser, open, stop } = await stage({});

/** Milliseconds to make `count` crystals, `runs` times. */
async function made(device, count, runs) {
  const page = await open();
  const times = await page.evaluate(
    async ({ address, weights, device, count, runs }) => {
      const request = { system: "crysbfn", preset: "perov-small", parameters: { composition: "SrTiO3", steps: 20 }, count, device };
      const worker = await startWorker(address);
      const times = [];
      for (let run = 0; run <= runs; run++) {
        let sum = 0;
        await worker.sample(request, weights, ({ from, milliseconds }) => {
          if (from === "crystal") sum += milliseconds;
        });
        times.push(sum);
      }
      return times.slice(1);
    },
    { address: workerAddress(), weights: weightsOf("crysbfn", "perov-small"), device, count, runs },
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
