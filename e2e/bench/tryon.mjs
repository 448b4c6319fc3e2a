// How long a try-on of 48 × 64 pixels takes in the browser, on the CPU path, bent and blended: until the garment is
// seen, and until all is finished. Medians of five, weights and code loaded; and the first time of all.
//
//   node e2e/bench/tryon.mjs        RUNS=3 to measure less

import { PATIENCE, id, stage } from "../support.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const LIMITS = { first: 1_000, done: 10_000 };

const on = await stage();
try {
  const page = await on.open("/systems/dci-vton?preset=small&device=cpu");
  await id(page, "sample-button").waitFor();
  /** Milliseconds from the click to the first picture and to the last. */
  const once = (seed) =>
    page.evaluate(async ([seed, patience]) => {
      const by = (name) => document.querySelector(`[data-testid="${name}"]`);
      const field = by("seed");
      field.value = seed;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const start = performance.now();
      by("sample-button").click();
      let first = 0;
      for (;;) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = performance.now() - start;
        const caption = by("caption")?.textContent ?? "";
        if (!first && Number(by("pictures-view").dataset.patches) > 0) first = now;
        if (caption.endsWith(`seed ${seed}`)) return { first, done: now };
        if (now > patience) throw new Error("it does not end");
      }
    }, [String(seed), PATIENCE]);
  const cold = await once(100);
  const warm = [];
  for (let run = 1; run <= RUNS; run++) warm.push(await once(100 + run));
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const row = (name, { first, done }) => console.log(`${name.padEnd(24)}${first.toFixed(0).padStart(10)}${done.toFixed(0).padStart(10)}`);
  console.log(`dci-vton small, 48 × 64, CPU path; milliseconds from the click\n${"".padEnd(24)}${"seen".padStart(10)}${"finished".padStart(10)}`);
  row("first of all", cold);
  row(`median of ${RUNS}`, { first: median(warm.map((w) => w.first)), done: median(warm.map((w) => w.done)) });
  row("limit", LIMITS);
} finally {
  await on.stop();
}
