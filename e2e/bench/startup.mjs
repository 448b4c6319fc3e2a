// How long the pages take to start: first contentful paint, finished specimen in view, and first sample of a visitor who was never
// here, on the CPU path; then the same for one who comes back. Medians of RUNS (5), each with a browser cache of its own.
//
//   node e2e/bench/startup.mjs

import { id, jobEnds, shown, stage } from "../support.mjs";
import { median } from "./beside-ort.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const PAGES = [
  ["gallery", "/", undefined],
  ["porous rock", "/systems/porous-gan?preset=berea-small&size=32&device=cpu", "volume-view"],
  ["crystals", "/systems/crysbfn?preset=perov-small&composition=SrTiO3&steps=5&device=cpu", "structure-view"],
];

/** Milliseconds from the navigation to what a page shows, and from the click to the sample. */
async function visit(page, view) {
  const now = () => page.evaluate(() => performance.now());
  const paint = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => list.getEntriesByName("first-contentful-paint").forEach((e) => resolve(e.startTime))).observe({
          type: "paint",
          buffered: true,
        });
      }),
  );
  const times = { paint };
  if (view) {
    await shown(page, "example", view);
    times.specimen = await now();
    const note = (button) => button.addEventListener("click", () => (globalThis.clicked = performance.now()), { capture: true });
    await id(page, "sample-button").evaluate(note);
    await id(page, "sample-button").click();
    await shown(page, "sample", view);
    times.sample = (await now()) - (await page.evaluate(() => globalThis.clicked));
    await jobEnds(page);
  }
  return times;
}

const on = await stage();
try {
  console.log(`Start in ${on.browser.version()}, milliseconds; medians of ${RUNS}\n`);
  console.log("| page | visit | first paint | specimen in view | first sample from the click |\n|---|---|---|---|---|");
  for (const [name, address, view] of PAGES) {
    const visits = { first: [], again: [] };
    for (let run = 0; run < RUNS; run++) {
      const page = await on.open(address);
      visits.first.push(await visit(page, view));
      await page.goto(on.url + address);
      visits.again.push(await visit(page, view));
      await page.context().close();
    }
    for (const [which, times] of Object.entries(visits)) {
      const cell = (key) => (times[0][key] === undefined ? "–" : median(times.map((t) => t[key])).toFixed(0));
      console.log(`| ${name} | ${which} | ${cell("paint")} | ${cell("specimen")} | ${cell("sample")} |`);
    }
  }
} finally {
  await on.stop();
}
