// Same generator, same volume, same browser: our CPU path against ONNX Runtime Web (WebAssembly SIMD, one thread).
//
// Both make 64³ voxels from a 5³ grid with the network of the `-small` presets (nz 32, ngf 16), normalised by
// running averages, and give the values back to JavaScript. Ours also segments them, which is in its time.
//
// On WebGPU ONNX Runtime Web refuses; ours is measured there with DEVICES=cpu,webgpu GPU=hardware on a machine with a GPU
// (without GPU=hardware a software adapter computes, in minutes).

import { cells, median, stage, weightsOf, workerAddress } from "./beside-ort.mjs";
import { generator } from "./networks.mjs";

const RUNS = Number(process.env.RUNS ?? 15);
const ON_GPU = (process.env.DEVICES ?? "cpu").split(",").includes("webgpu");
const { browser, open, stop } = await stage({ "/model.onnx": generator({ latent: 32, width: 16, cells: 5 }) });

/** Milliseconds of `runs` samples after three warm ones, and on what. */
async function ours(runs, device) {
  const page = await open();
  return page.evaluate(
    async ({ address, weights, runs, device }) => {
      const parameters = { size: 64, normalization: "running", boundary: "kept", median_filter: false };
      const worker = await startWorker(address);
      const times = [];
      let on;
      for (let run = 0; run < runs + 3; run++) {
        const request = { system: "porous-gan", preset: "berea-small", parameters, device };
        await worker.sample(request, weights, ({ from, milliseconds, adapter }) => {
          if (from === "backend") on = adapter;
          if (from !== "volume") return false;
          times.push(milliseconds);
          // Its measures are not waited for.
          return true;
        });
      }
      worker.stop();
      return { times: times.slice(3), on };
    },
    { address: workerAddress(), weights: weightsOf("porous-gan", "berea-small"), runs, device },
  );
}

/** The same of ONNX Runtime Web with an execution provider, or its refusal. */
async function theirs(runs, script, provider) {
  const page = await open();
  return page.evaluate(
    async ({ runs, script, provider }) => {
      const ort = await import(`/ort/${script}`);
      ort.env.wasm.numThreads = 1;
      ort.env.wasm.wasmPaths = "/ort/";
      try {
        const session = await ort.InferenceSession.create("/model.onnx", { executionProviders: [provider] });
        const noise = Float32Array.from({ length: 32 * 125 }, (_, i) => Math.sin(i * 12.9898) * 1.7);
        const feeds = { z: new ort.Tensor("float32", noise, [1, 32, 5, 5, 5]) };
        const times = [];
        for (let i = 0; i < runs + 3; i++) {
          const started = performance.now();
          const { volume } = await session.run(feeds);
          if (volume.data.length !== 64 ** 3) throw new Error("wrong length");
          times.push(performance.now() - started);
        }
        return times.slice(3);
      } catch (error) {
        return String(error.message ?? error).split("\n")[0];
      }
    },
    { runs, script, provider },
  );
}

const line = (name, times) =>
  typeof times === "string" ? `| ${name} | refuses: ${times.slice(0, 90)} | |` : `| ${name} | ${cells(times)} |`;

try {
  // In turns, so that what else the machine does falls on both.
  const [a, b] = [[], []];
  for (let turn = 0; turn < 3; turn++) {
    a.push(...(await ours(Math.ceil(RUNS / 3), "cpu")).times);
    b.push(...(await theirs(Math.ceil(RUNS / 3), "ort.wasm.min.mjs", "wasm")));
  }
  const own = ON_GPU ? await ours(5, "webgpu") : undefined;
  const gpu = await theirs(3, "ort.webgpu.min.mjs", "webgpu");
  console.log(`One sample of 64³ voxels, nz 32, ngf 16, ${a.length} runs each in ${browser.version()}\n`);
  console.log("| | median ms | quartiles ms |\n|---|---|---|");
  console.log(line("Vitrine, CPU path", a));
  console.log(line("ONNX Runtime Web, WASM SIMD, one thread", b));
  if (own) console.log(line(`Vitrine, WebGPU (${own.on})`, own.times));
  console.log(line("ONNX Runtime Web, WebGPU", gpu));
  console.log(`\nVitrine against ONNX Runtime Web: ${(median(b) / median(a)).toFixed(2)}× its speed`);
} finally {
  await stop();
}
