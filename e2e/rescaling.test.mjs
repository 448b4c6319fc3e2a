// Pictures shrunk and restored by the real model, in the browser.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { PATIENCE, exported, id, jobEnds, picture, sample, shown, stage } from "./support.mjs";

const VIEW = "pictures-view";
const address = (device, more = "") => `/systems/dlv-irn?preset=x2-small&device=${device}${more}`;

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

/** A picture with edges, a gradient and texture, made by the browser. */
async function photo(page, width, height) {
  const bytes = await page.evaluate(
    async ([width, height]) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      const gradient = context.createLinearGradient(0, 0, width, height);
      gradient.addColorStop(0, "#305070");
      gradient.addColorStop(1, "#e0c8a0");
      context.fillStyle = gradient;
      context.fillRect(0, 0, width, height);
      context.strokeStyle = "#702818";
      for (let i = 0; i < 12; i++) {
        context.beginPath();
        context.arc(width / 2, height / 2, 3 + (i * Math.min(width, height)) / 26, 0, 7);
        context.stroke();
      }
      return Array.from(new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer()));
    },
    [width, height],
  );
  return Buffer.from(bytes);
}

async function choose(page, name, buffer, pattern) {
  await id(page, "file-open").setInputFiles({ name, mimeType: "image/png", buffer });
  await id(page, "picture-name").filter({ hasText: pattern }).waitFor({ timeout: PATIENCE / 8 });
}

/** Pixels of a PNG file, RGBA. */
const pixels = (page, png) =>
  page.evaluate(async (bytes) => {
    const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    return { size: [image.width, image.height], values: Array.from(context.getImageData(0, 0, image.width, image.height).data) };
  }, Array.from(png));

const file = async (page, role) => (await exported(page, role)).png;

test("a photo is shrunk and restored, and the downloaded small picture grows back to the same", { timeout: PATIENCE }, async () => {
  const page = await on.open(address("cpu"));
  await shown(page, "example", VIEW);
  await choose(page, "rings.png", await photo(page, 231, 175), /^rings\.png: 231 × 175/);
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  await picture(page, "rescaled");
  const { measures } = JSON.parse((await exported(page, "json")).json);
  assert.ok(measures.restored_psnr > measures.bicubic_psnr + 3, JSON.stringify(measures));
  assert.ok(measures.small_psnr > 28, JSON.stringify(measures));
  const [small, restored] = [await file(page, "small"), await file(page, "restored")];
  assert.deepEqual((await pixels(page, small)).size, [116, 88]);
  await choose(page, "small.png", small, /^small\.png: 116 × 88/);
  assert.match(await sample(page), /^Done/);
  const again = await pixels(page, await file(page, "restored"));
  assert.deepEqual(again, await pixels(page, restored));
  assert.deepEqual(again.size, [231, 175]);
});

test("WebGPU and the CPU restore alike", { timeout: PATIENCE }, async () => {
  const made = [];
  for (const device of ["cpu", "webgpu"]) {
    const page = await on.open(address(device));
    await shown(page, "example", VIEW);
    await choose(page, "rings.png", await photo(page, 40, 32), /^rings\.png: 40 × 32/);
    assert.match(await sample(page), /^Done/);
    made.push({ small: await pixels(page, await file(page, "small")), restored: await pixels(page, await file(page, "restored")) });
  }
  for (const role of ["small", "restored"]) {
    const [cpu, gpu] = made.map((pictures) => pictures[role].values);
    const most = cpu.reduce((most, value, i) => Math.max(most, Math.abs(value - gpu[i])), 0);
    assert.ok(most <= 1, `${role}: ${most} of 255 apart`);
  }
});

test("nine small pictures differ by their latent", { timeout: PATIENCE }, async () => {
  const page = await on.open(address("cpu"));
  await shown(page, "example", VIEW);
  await choose(page, "rings.png", await photo(page, 96, 80), /^rings\.png: 96 × 80/);
  await id(page, "small-variants").click();
  assert.match(await jobEnds(page), /^Done/);
  const pixelsOf = (number) =>
    id(page, `variant-small-${number}`).locator("img").evaluate(async (image) => {
      await image.decode();
      const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
      context.drawImage(image, 0, 0);
      return Array.from(context.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data);
    });
  const versions = await Promise.all([1, 2, 3].map(pixelsOf));
  assert.ok(versions[0].length > 0);
  for (const drawn of versions.slice(1)) assert.notDeepEqual(drawn, versions[0]);
  await picture(page, "nine-small-pictures");
});

test("a large picture is stopped between two tiles", { timeout: PATIENCE }, async () => {
  const page = await on.open(address("cpu"));
  await shown(page, "example", VIEW);
  await choose(page, "large.png", await photo(page, 1800, 1200), /^large\.png: 1.?800 × 1.?200/);
  await id(page, "sample-button").click();
  await page.waitForSelector(`[data-testid="${VIEW}"]:not([data-patches="0"])`, { timeout: PATIENCE / 2 });
  await id(page, "cancel-button").click();
  assert.match(await jobEnds(page), /Cancelled/);
});

test("nothing on these pages complains", () => {
  assert.deepEqual(on.complaints, []);
});
