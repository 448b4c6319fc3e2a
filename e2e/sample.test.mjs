import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { difference, readNrrd, readTiff } from "./formats.mjs";
import { PATIENCE, ROOT, VITRINE, exported, id, jobEnds, picture, sample, shown, stage } from "./support.mjs";

// A link without a seed waits for the click; one with a seed repeats its sample at once.
const at = (size) => `/systems/porous-gan?preset=berea-small&size=${size}&device=cpu`;

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

test("a rock is sampled, measured, and comes out the same in every format", { timeout: PATIENCE }, async () => {
  const page = await on.open(at(64));
  await shown(page, "example");
  await id(page, "seed").fill("7");
  const progress = id(page, "progress").waitFor();
  const status = await sample(page);
  await progress;
  assert.match(status, /^Done/);
  await shown(page, "sample");
  assert.match(await id(page, "backend").textContent(), /CPU.*per step/);
  await id(page, "metrics").waitFor();
  await picture(page, "system-sample-cpu");

  const { nrrd } = await exported(page, "nrrd");
  const volume = readNrrd(nrrd);
  assert.deepEqual(volume.sizes, [64, 64, 64]);
  const grain = volume.voxels.reduce((sum, v) => sum + v, 0) / volume.voxels.length;
  assert.ok(new Set(volume.voxels).size === 2 && grain > 0.6 && grain < 0.95, `grain ${grain}`);

  const raw = await exported(page, "raw", 2);
  assert.equal(difference(raw.raw, volume.voxels), 0);
  const header = JSON.parse(raw.json);
  assert.ok(JSON.stringify(header).includes("64"), "the header names the shape");

  const pages = readTiff((await exported(page, "tiff")).tif);
  assert.equal(pages.length, 64);
  assert.deepEqual([pages[0].width, pages[0].height], [64, 64]);
  const values = Buffer.concat(pages.map((p) => p.values)).map((v) => (v > 0 ? 1 : 0));
  assert.equal(difference(values, volume.voxels), 0);

  const { png } = await exported(page, "png");
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  assert.ok(png.length > 5000, "a picture of something");

  const measures = JSON.parse((await exported(page, "json")).json);
  assert.ok(Math.abs(measures.measures.porosity - (1 - grain)) < 1e-12);
  assert.equal(measures.request.seed, 7);
  assert.equal(measures.backend.device, "cpu");
  const { csv } = await exported(page, "csv");
  assert.match(csv.toString(), /^quantity,value,unit/);
});

test("a permalink gives the very same voxels", { timeout: PATIENCE }, async () => {
  const first = await on.open(at(32));
  assert.equal(new URL(first.url()).searchParams.get("seed"), null);
  await sample(first);
  await first.waitForURL(/seed=/);
  const [link, seed] = [new URL(first.url()), await id(first, "seed").inputValue()];
  assert.equal(link.searchParams.get("seed"), seed, "whoever samples need not choose one");
  const a = readNrrd((await exported(first, "nrrd")).nrrd);
  const second = await on.open(link.pathname + link.search);
  assert.match(await jobEnds(second), /^Done/, "a link repeats its sample without a click");
  assert.equal(await id(second, "seed").inputValue(), seed);
  const b = readNrrd((await exported(second, "nrrd")).nrrd);
  assert.deepEqual(a.sizes, [32, 32, 32]);
  assert.equal(difference(a.voxels, b.voxels), 0);
  await id(second, "seed").fill("12");
  await sample(second);
  const other = readNrrd((await exported(second, "nrrd")).nrrd);
  assert.ok(difference(a.voxels, other.voxels) > 0.05, "another seed is another rock");
});

test("Cancel ends a job between two steps, and the next one works", { timeout: PATIENCE }, async () => {
  const page = await on.open(at(192));
  await id(page, "sample-button").click();
  await id(page, "cancel-button").click();
  assert.match(await jobEnds(page), /^Cancelled/);
  await picture(page, "system-cancelled");
  await id(page, "field-size").fill("32");
  assert.match(await sample(page), /^Done/);
});

test("every bad field is named at the field, and nothing is sampled", { timeout: PATIENCE }, async () => {
  const page = await on.open(at(64));
  for (const [size, seed] of [["17", "-1"], ["0", "1.5"], ["1000000000", "9007199254740992"], ["", "rock"]]) {
    await id(page, "field-size").fill(size);
    await id(page, "seed").fill(seed);
    await id(page, "sample-button").click();
    await page.waitForFunction(() => document.querySelectorAll('[aria-invalid="true"]').length === 2);
    assert.notEqual((await id(page, "field-error-size").textContent()).trim(), "", `size ${size}`);
    assert.notEqual((await id(page, "field-error-seed").textContent()).trim(), "", `seed ${seed}`);
    assert.match(await id(page, "status").textContent(), /Nothing was sampled/);
  }
  await picture(page, "system-bad-fields");
  await page.goto(`${on.url}/systems/porous-gan?preset=berea-small&size=NaN`);
  await page.waitForFunction(() => /\S/.test(document.querySelector('[data-testid="field-error-size"]')?.textContent ?? ""));
});

test("what cannot be had is refused in a sentence", { timeout: PATIENCE }, async () => {
  const answer = await fetch(`${on.url}/api/systems/no-such-system`);
  assert.equal(answer.status, 404);
  assert.match(answer.headers.get("content-type"), /problem\+json/);
});

test("the command line draws what the page draws", { timeout: PATIENCE }, async () => {
  const page = await on.open(`${at(32)}&seed=7`);
  assert.match(await jobEnds(page), /^Done/);
  await page.waitForFunction(() => /darcy/.test(document.querySelector('[data-testid="metrics"]')?.textContent ?? ""));
  const own = await exported(page, "nrrd");
  const out = mkdtempSync(path.join(tmpdir(), "vitrine-drawn-"));
  const request = ["--preset", "berea-small", "--seed", "7", "--set", "size=32", "--device", "cpu"];
  execFileSync(VITRINE, ["sample", "porous-gan", ...request, "--out", out], { cwd: ROOT, stdio: "pipe" });
  const drawn = readFileSync(path.join(out, "sample-0000.nrrd"));
  const report = JSON.parse(readFileSync(path.join(out, "metrics.json")));
  rmSync(out, { recursive: true });
  // Sums in another order may turn a voxel that lies at the threshold.
  assert.ok(difference(readNrrd(own.nrrd).voxels, readNrrd(drawn).voxels) < 0.001);
  const spacings = (file) => /^spacings: .*$/m.exec(file.toString("latin1"))?.[0];
  assert.ok(spacings(drawn), "the voxels have a size");
  assert.equal(spacings(own.nrrd), spacings(drawn));
  const measured = JSON.parse((await exported(page, "json")).json);
  assert.deepEqual(report.real, measured.real);
  assert.deepEqual(Object.keys(report.samples[0].agreement), Object.keys(measured.agreement));
});
