// Same generator, same volume, same browser: our CPU path against ONNX Runtime Web (WebAssembly SIMD, one thread).
//
// Both make 64³ voxels from a 5³ grid with the network of the `-small` presets (nz 32, ngf 16), normalised by
// running averages, and give the values back to JavaScript. Ours also segments them, which is in its time.

import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { DIST, startBrowser } from "../support.mjs";
import { generator } from "./onnx.mjs";

const RUNS = Number(process.env.RUNS ?? 15);
const ORT = path.join(import.meta.dirname, "node_modules/onnxruntime-web/dist");
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };
const MODEL = generator({ latent: 32, width: 16, cells: 5 });

const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const send = (bytes, type) => response.setHeader("content-type", type).end(bytes);
  if (pathname === "/") return send("<!doctype html><title>bench</title>", "text/html");
  if (pathname === "/model.onnx") return send(MODEL, "application/octet-stream");
  const file = pathname.startsWith("/ort/") ? path.join(ORT, path.basename(pathname)) : path.join(DIST, path.normalize(pathname));
  if (!existsSync(file)) return response.writeHead(404).end();
  send(readFileSync(file), TYPES[path.extname(file)] ?? "application/octet-stream");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await startBrowser();

/** Milliseconds of `runs` samples after three warm ones. */
async function ours(runs) {
  const manifest = JSON.parse(readFileSync(path.join(DIST, "manifest.json")));
  const file = manifest["weights/porous-gan/berea-small/weights.safetensors"];
  const page = await (await browser.newContext()).newPage();
  await page.goto(origin);
  return page.evaluate(
    async ({ worker, weights, runs }) => {
      const request = {
        system: "porous-gan",
        preset: "berea-small",
        parameters: { size: 64, normalization: "running", crop_border: false, median_filter: false },
        seed: 1,
        count: 1,
        device: "cpu",
      };
      const times = [];
      const running = new Worker(worker, { type: "module" });
      const tell = (message) => running.postMessage({ json: JSON.stringify(message) });
      return new Promise((resolve, reject) => {
        running.onerror = (event) => reject(new Error(event.message));
        running.onmessage = ({ data }) => {
          const { from, job = 0, milliseconds, message } = JSON.parse(data.json);
          if (from === "failed") reject(new Error(message));
          if (from === "volume") {
            times.push(milliseconds);
            // Its measures are not waited for.
            tell({ to: "cancel", job });
          }
          if (!["ready", "cancelled", "done"].includes(from)) return;
          if (times.length < runs + 3) return tell({ to: "sample", job: job + 1, request: { ...request, seed: job }, weights });
          running.terminate();
          resolve(times.slice(3));
        };
      });
    },
    { worker: manifest["worker.js"].path, weights: { url: file.path, bytes: file.bytes, sha256: file.sha256 }, runs },
  );
}

/** The same of ONNX Runtime Web with an execution provider, or its refusal. */
async function theirs(runs, bundle, provider) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(origin);
  return page.evaluate(
    async ({ runs, bundle, provider }) => {
      const ort = await import(`/ort/${bundle}`);
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
    { runs, bundle, provider },
  );
}

const quantile = (times, q) => times.toSorted((a, b) => a - b)[Math.round(q * (times.length - 1))];
const line = (name, times) =>
  typeof times === "string"
    ? `| ${name} | refuses: ${times.slice(0, 90)} | |`
    : `| ${name} | ${quantile(times, 0.5).toFixed(1)} | ${quantile(times, 0.25).toFixed(1)} to ${quantile(times, 0.75).toFixed(1)} |`;

try {
  // In turns, so that what else the machine does falls on both.
  const [a, b] = [[], []];
  for (let turn = 0; turn < 3; turn++) {
    a.push(...(await ours(Math.ceil(RUNS / 3))));
    b.push(...(await theirs(Math.ceil(RUNS / 3), "ort.wasm.min.mjs", "wasm")));
  }
  const gpu = await theirs(3, "ort.webgpu.min.mjs", "webgpu");
  console.log(`One sample of 64³ voxels, nz 32, ngf 16, ${a.length} runs each in ${browser.version()}\n`);
  console.log("| | median ms | quartiles ms |\n|---|---|---|");
  console.log(line("Vitrine, CPU path", a));
  console.log(line("ONNX Runtime Web, WASM SIMD, one thread", b));
  console.log(line("ONNX Runtime Web, WebGPU", gpu));
  console.log(`\nVitrine against ONNX Runtime Web: ${(quantile(b, 0.5) / quantile(a, 0.5)).toFixed(2)}× its speed`);
} finally {
  await browser.close();
  server.close();
}
