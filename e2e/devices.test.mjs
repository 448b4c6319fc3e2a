// The one file that computes on WebGPU: in software that is tens of times slower than the CPU path.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { difference, readNrrd } from "./formats.mjs";
import { PATIENCE, exported, id, picture, sample, stage } from "./support.mjs";

const at = (device) => `/systems/porous-gan?preset=berea-small&size=32&device=${device}`;

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

test("WebGPU and CPU make the same rock from the same seed", { timeout: PATIENCE }, async () => {
  const gpu = await on.open(at("webgpu"));
  assert.match(await sample(gpu), /^Done/);
  assert.match(await id(gpu, "backend").textContent(), /WebGPU.*swiftshader/i);
  await picture(gpu, "system-sample-webgpu");
  const a = readNrrd((await exported(gpu, "nrrd")).nrrd);
  const cpu = await on.open(at("cpu"));
  assert.match(await sample(cpu), /^Done/);
  const b = readNrrd((await exported(cpu, "nrrd")).nrrd);
  // Voxels on the threshold may fall to either side.
  const share = difference(a.voxels, b.voxels);
  assert.ok(share <= 0.005, `${100 * share} % of the voxels differ`);
});

test("auto avoids a software adapter and says why", { timeout: PATIENCE }, async () => {
  const page = await on.open(at("auto"));
  assert.match(await sample(page), /^Done/);
  const backend = await id(page, "backend").textContent();
  assert.match(backend, /^CPU/);
  assert.match(backend, /software adapter/);
});
