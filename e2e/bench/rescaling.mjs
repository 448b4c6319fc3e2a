// Same network, same picture, same browser: our CPU path against ONNX Runtime Web (WebAssembly SIMD, one thread).
//
// A picture of a megapixel becomes a small one of 8 bit and grows back, by x2-small. Ours computes in tiles; theirs in
// tiles or at once, whichever is faster. Both times contain the way between 8 bit and floats. What only ours does beside,
// decoding and writing PNG files and comparing with the bicubic way, is in the column "all".
//
//   node e2e/bench/rescaling.mjs        RUNS=3 PIXELS=576x448 to measure less; WEIGHTS=random for other weights

import path from "node:path";
import { ROOT } from "../support.mjs";
import { cells, median, stage, workerAddress } from "./beside-ort.mjs";
import { rescaling } from "./networks.mjs";
import { readTensors, rescalingWeights } from "./safetensors.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const [WIDTH, HEIGHT] = (process.env.PIXELS ?? "1152x896").split("x").map(Number);
/** What the code is warmed up with, and which tiles theirs is tried in, in pixels of the small picture. */
const SMALL = [448, 320];
const EDGES = [Infinity, 192, 96];
const PRESET = "x2-small";
/** Couplings, each with two dense blocks of five 3×3 convolutions behind each other: what a pixel depends on. */
const REACH = 2 * 2 * 5;

const { weights, source, shipped } = rescalingWeights(PRESET);
const { down, up } = rescaling(readTensors(weights));
const { browser, open, stop } = await stage({
  "/down.onnx": down,
  "/up.onnx": up,
  "/weights.safetensors": weights,
  "/photo": path.join(ROOT, "assets/data/dlv-irn/validation/kodim16.webp"),
  "/page.mjs": path.join(import.meta.dirname, "rescaling-page.mjs"),
});

try {
  const page = await open();
  const setup = {
    address: workerAddress(),
    weights: source,
    preset: PRESET,
    reach: REACH,
    sizes: [SMALL, [WIDTH, HEIGHT]],
    edges: EDGES,
  };
  const { edges, same } = await page.evaluate(async ({ sizes, edges, ...setup }) => {
    const { photo, openOurs, openTheirs, decoded, difference } = await import("/page.mjs");
    const [small, whole] = [await photo("/photo", ...sizes[0]), await photo("/photo", ...sizes[1])];
    const [ours, theirs] = [await openOurs(setup), await openTheirs(setup)];
    const { files } = await ours(small.png);
    const [shrunk, restored] = [await decoded(files.small), await decoded(files.restored)];
    const same = {
      small: difference(shrunk, (await theirs(small.pixels, "down", Infinity)).pixels),
      restored: difference(restored, (await theirs(shrunk, "up", Infinity)).pixels),
      tiled: difference(restored, (await theirs(shrunk, "up", 96)).pixels),
    };
    const best = {};
    for (const [way, source] of [["down", whole.pixels], ["up", (await theirs(whole.pixels, "down", Infinity)).pixels]]) {
      const times = [];
      for (const edge of edges) times.push((await theirs(source, way, edge)).milliseconds);
      best[way] = edges[times.indexOf(Math.min(...times))];
    }
    window.turn = {
      ours: async () => (await ours(whole.png)).times,
      theirs: async () => {
        const small = await theirs(whole.pixels, "down", best.down);
        return { down: small.milliseconds, up: (await theirs(small.pixels, "up", best.up)).milliseconds };
      },
    };
    return { edges: best, same };
  }, setup);

  // In turns, so that what else the machine does falls on both.
  const turns = { ours: [], theirs: [] };
  for (let run = 0; run < RUNS; run++) {
    for (const whose of ["ours", "theirs"]) turns[whose].push(await page.evaluate((whose) => window.turn[whose](), whose));
  }

  const column = (whose, of) => turns[whose].map(of);
  const both = ({ down, up }) => down + up;
  const line = (name, whose, all) =>
    `| ${name} | ${median(column(whose, (t) => t.down)).toFixed(0)} | ${median(column(whose, (t) => t.up)).toFixed(0)} | ${cells(column(whose, both))} | ${all} |`;
  const said = (edge) => (edge === Infinity ? "at once" : `in tiles of ${edge}`);
  console.log(`${WIDTH} × ${HEIGHT} pixels, dlv-irn ${PRESET}, ${shipped ? "shipped" : "random"} weights, ${RUNS} runs each in ${browser.version()}\n`);
  console.log("| | shrink, ms | restore, ms | both, ms | quartiles | all, ms |\n|---|---|---|---|---|---|");
  console.log(line("Vitrine, CPU path", "ours", median(column("ours", (t) => t.all)).toFixed(0)));
  console.log(line(`ONNX Runtime Web, WASM SIMD, one thread, ${said(edges.down)}, ${said(edges.up)}`, "theirs", "–"));
  const ratio = (of) => (median(column("theirs", of)) / median(column("ours", of))).toFixed(2);
  console.log(`\nVitrine against ONNX Runtime Web: ${ratio(both)}× its speed (shrink ${ratio((t) => t.down)}×, restore ${ratio((t) => t.up)}×)`);
  const agreement = Object.entries(same).map(([name, { largest, share }]) => `${name} ${largest}/255 at most, ${(100 * share).toFixed(3)} % of values`);
  console.log(`Differences of the pictures: ${agreement.join("; ")}`);
  if (Object.values(same).some(({ largest }) => largest > 1)) throw new Error("the two do not compute the same network");
} finally {
  await stop();
}
