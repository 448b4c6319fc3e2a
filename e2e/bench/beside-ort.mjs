// What the benches beside ONNX Runtime Web share: a server of our bundle, of theirs and of what a bench adds, a browser,
// our worker in its pages, and lines of a table.

import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { DIST, startBrowser } from "../support.mjs";

const ORT = path.join(import.meta.dirname, "node_modules/onnxruntime-web/dist");
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

/** `added` maps addresses to bytes or to paths of files. The root is an empty page. */
export async function stage(added) {
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const send = (bytes, type) => response.setHeader("content-type", type ?? "application/octet-stream").end(bytes);
    if (pathname === "/") return send("<!doctype html><title>bench</title>", "text/html");
    const own = added[pathname];
    if (Buffer.isBuffer(own)) return send(own);
    const file = own ?? (pathname.startsWith("/ort/") ? path.join(ORT, path.basename(pathname)) : path.join(DIST, path.normalize(pathname)));
    if (!existsSync(file)) return response.writeHead(404).end();
    send(readFileSync(file), TYPES[path.extname(file)]);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await startBrowser();
  const open = async () => {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(0);
    page.on("pageerror", (error) => console.error(String(error)));
    await page.addInitScript(defineWorker);
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return page;
  };
  const stop = async () => {
    await browser.close();
    server.close();
  };
  return { browser, open, stop };
}

/** In a page: `await startWorker(address)` is our worker, which takes one request after the other. */
function defineWorker() {
  globalThis.startWorker = async (address) => {
    const worker = new Worker(address, { type: "module" });
    const failed = (reject) => (event) => reject(new Error(event.message));
    await new Promise((resolve, reject) => Object.assign(worker, { onerror: failed(reject), onmessage: resolve }));
    let job = 0;
    /**
     * Works on a request to its end, with `picture` the bytes of its input. `hear` gets every message and its bytes; if
     * it answers with true, the rest is not waited for.
     */
    const sample = (request, weights, hear, picture) =>
      new Promise((resolve, reject) => {
        job += 1;
        const tell = (message, bytes) => worker.postMessage({ json: JSON.stringify({ job, ...message }), bytes }, bytes ? [bytes] : []);
        worker.onerror = failed(reject);
        worker.onmessage = ({ data }) => {
          const message = JSON.parse(data.json);
          if (message.from === "failed") reject(new Error(message.message));
          if (["done", "cancelled"].includes(message.from)) resolve();
          else if (hear(message, data.bytes)) tell({ to: "cancel" });
        };
        const inputs = picture ? [{ name: "picture", bytes: picture.byteLength }] : [];
        tell({ to: "sample", request: { seed: job, count: 1, device: "cpu", ...request }, weights: [weights], inputs }, picture);
      });
    return { sample, stop: () => worker.terminate() };
  };
}

const bundle = () => JSON.parse(readFileSync(path.join(DIST, "manifest.json")));

/** Address of our worker. */
export const workerAddress = () => bundle()["worker.js"].path;

/** Where the worker finds the weights of a preset. */
export function weightsOf(system, preset) {
  const { path: url, bytes, sha256 } = bundle()[`weights/${system}/${preset}/weights.safetensors`];
  return { url, bytes, sha256 };
}

export const quantile = (times, q) => times.toSorted((a, b) => a - b)[Math.round(q * (times.length - 1))];
export const median = (times) => quantile(times, 0.5);

/** Cells of a table: median and quartiles. */
export const cells = (times) =>
  `${median(times).toFixed(1)} | ${quantile(times, 0.25).toFixed(1)} to ${quantile(times, 0.75).toFixed(1)}`;
