// The model code dies under a job: what the visitor is told, and what is tried. The network gives the page a worker, or
// the worker a module, that fails where the real one would panic.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";
import { DIST, PATIENCE, id, picture, sample, stage } from "./support.mjs";

const PAGE = "/systems/porous-gan?preset=berea-small&size=32";
const MANIFEST = JSON.parse(readFileSync(path.join(DIST, "manifest.json")));

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

/** A page whose first `times` requests for a script of the bundle are answered with `source`; `asked` collects all. */
async function replaced(script, source, times, device) {
  const asked = [];
  // What the service worker fetches cannot be replaced.
  const page = await on.open("/healthz", { serviceWorkers: "block" });
  await page.route(`**${MANIFEST[script].path}*`, (route) => {
    asked.push(new URL(route.request().url()).search);
    return asked.length > times ? route.continue() : route.fulfill({ contentType: "text/javascript", body: source });
  });
  await page.goto(`${on.url}${PAGE}&device=${device}`);
  return { page, asked };
}

/** A worker that answers every request with an error nobody catches. */
const DYING = `
  const post = (message) => self.postMessage({ json: JSON.stringify(message) });
  self.onmessage = ({ data }) => {
    const { to, request } = JSON.parse(data.json);
    if (to === "sample") throw new Error("it was asked for " + request.device);
  };
  post({ from: "ready" });
`;

test("a crash of the worker is told, and the job is done by a new one on the CPU", { timeout: PATIENCE }, async () => {
  const { page, asked } = await replaced("worker.js", DYING, 1, "webgpu");
  assert.match(await sample(page), /^Done/);
  assert.equal(asked.length, 2);
  assert.match(await id(page, "backend").textContent(), /^CPU/);
  const told = await id(page, "problem").textContent();
  assert.match(told, /^The model code stopped: .*it was asked for webgpu\. Trying once more on the CPU\.$/);
  await picture(page, "system-crash-retried");
});

test("a second crash ends the job, and the next job starts anew", { timeout: PATIENCE }, async () => {
  const { page, asked } = await replaced("worker.js", DYING, 2, "webgpu");
  const status = await sample(page);
  assert.match(status, /The model code stopped: .*it was asked for cpu/, "the second try was on the CPU");
  assert.equal(asked.length, 2, "and there was no third");
  assert.ok(await id(page, "sample-button").isEnabled());
  await page.goto(`${on.url}${PAGE}&device=cpu`);
  assert.match(await sample(page), /^Done/);
});

/** The worker's module, which takes a job on the GPU and then panics. */
const PANICKING = `
  export default async () => {};
  export function start() {
    self.onmessage = ({ data }) => {
      const { job } = JSON.parse(data.json);
      const post = (message) => self.postMessage({ json: JSON.stringify(message) });
      post({ from: "backend", job, device: "webgpu", adapter: "a GPU", note: null });
      self.vitrinePanic = "the device was lost";
      throw new Error("unreachable");
    };
    self.postMessage({ json: JSON.stringify({ from: "ready" }) });
  }
`;

test("a panic on the GPU starts the model code anew inside the worker, on the CPU", { timeout: PATIENCE }, async () => {
  const { page, asked } = await replaced("worker-glue.js", PANICKING, 1, "webgpu");
  assert.match(await sample(page), /^Done/);
  assert.deepEqual(asked, ["", "?again=1"]);
  const backend = await id(page, "backend").textContent();
  assert.match(backend, /^CPU/);
  assert.match(backend, /the device was lost/, "the note says why");
});

/** The worker's module, which has started another worker when it panics. */
const HELPED = `
  export default async () => {};
  export function start() {
    self.onmessage = ({ data }) => {
      const helper = new Worker(self.location.href, { type: "module" });
      helper.onmessage = () => {
        const { job } = JSON.parse(data.json);
        self.postMessage({ json: JSON.stringify({ from: "backend", job, device: "cpu", adapter: "a CPU", note: null }) });
        self.vitrinePanic = "a number was too large";
        throw new Error("unreachable");
      };
    };
    self.postMessage({ json: JSON.stringify({ from: "ready" }) });
  }
`;

test("a panic ends what the model code had started on other cores", { timeout: PATIENCE }, async () => {
  const { page } = await replaced("worker-glue.js", HELPED, 1, "cpu");
  let most = 0;
  page.on("worker", () => (most = Math.max(most, page.workers().length)));
  assert.match(await sample(page), /The model code stopped: a number was too large/);
  assert.equal(most, 2);
  while (page.workers().length > 1) await page.waitForTimeout(50);
  assert.match(await sample(page), /^Done/);
});
