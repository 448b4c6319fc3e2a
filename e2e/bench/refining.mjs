// Same network, same browser: a step of dci-vton's small diffusion on our CPU path against ONNX Runtime Web (WebAssembly
// SIMD, one thread). Ours has what belongs to a step besides: the way from v to the next latent, and the preview.
//
//   node e2e/bench/refining.mjs        RUNS=3 to measure less

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../support.mjs";
import { cells, median, stage, workerAddress } from "./beside-ort.mjs";
import { refiner } from "./networks.mjs";
import { readTensors } from "./safetensors.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const STEPS = 20;
/** Sides of the latents, width of a head, groups of norms: those of RefinerConfig::small. */
const SIZES = { rows: 32, columns: 24, heads: 16, groups: 8 };

const weights = readFileSync(path.join(ROOT, "assets/weights/dci-vton/small/weights.safetensors"));
const source = { url: "/weights.safetensors", bytes: weights.length, sha256: createHash("sha256").update(weights).digest("hex") };
const { browser, open, stop } = await stage({
  "/unet.onnx": refiner(readTensors(weights), SIZES),
  "/weights.safetensors": weights,
});

try {
  const page = await open();
  await page.evaluate(async ({ address, weights, steps, rows, columns }) => {
    const worker = await startWorker(address);
    const ours = async () => {
      const times = [];
      await worker.sample({ system: "dci-vton", preset: "small", parameters: { steps } }, weights, ({ from, label, milliseconds }) => {
        if (from === "step" && label.startsWith("painting")) times.push(milliseconds);
      });
      return times;
    };
    const ort = await import("/ort/ort.wasm.min.mjs");
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = "/ort/";
    const session = await ort.InferenceSession.create("/unet.onnx", { executionProviders: ["wasm"] });
    const random = (dims) => {
      const values = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => 2 * Math.random() - 1);
      return new ort.Tensor("float32", values, dims);
    };
    const theirs = async () => {
      const times = [];
      for (let step = 0; step < steps; step++) {
        const inputs = { maps: random([1, 25, rows, columns]), waves: random([1, 32]), context: random([1, 1, 64]) };
        const begun = performance.now();
        const { v } = await session.run(inputs);
        times.push(performance.now() - begun);
        if (!v.data.every(Number.isFinite)) throw new Error("their result is no number");
        v.dispose();
      }
      return times;
    };
    window.turn = { ours, theirs };
    await ours();
    await theirs();
  }, { address: workerAddress(), weights: source, steps: STEPS, ...SIZES });

  // In turns, so that what else the machine does falls on both.
  const turns = { ours: [], theirs: [] };
  for (let run = 0; run < RUNS; run++)
    for (const whose of ["ours", "theirs"]) turns[whose].push(...(await page.evaluate((whose) => window.turn[whose](), whose)));
  console.log(`A step of dci-vton small, 48 × 64, ${RUNS} times ${STEPS} steps each in ${browser.version()}\n`);
  console.log("| | ms | quartiles |\n|---|---|---|");
  console.log(`| Vitrine, CPU path | ${cells(turns.ours)} |`);
  console.log(`| ONNX Runtime Web, WASM SIMD, one thread, the network alone | ${cells(turns.theirs)} |`);
  console.log(`\nVitrine against ONNX Runtime Web: ${(median(turns.theirs) / median(turns.ours)).toFixed(2)}× its speed`);
} finally {
  await stop();
}
