// Somebody tries on a garment, with the real model, in the browser.

import assert from "node:assert/strict";
import path from "node:path";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { PATIENCE, ROOT, exported, id, jobEnds, picture, sample, shown, stage } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEW = "pictures-view";
const address = (more = "", device = "cpu") => `/systems/dci-vton?preset=small&device=${device}${more}`;
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

async function opened(more = "", options = {}) {
  const page = await on.open(address(more), options);
  await shown(page, "example", VIEW);
  return page;
}

/** Pixels of a PNG file, RGBA. */
const pixels = (page, png) =>
  page.evaluate(async (bytes) => {
    const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    return { size: [image.width, image.height], values: Array.from(context.getImageData(0, 0, image.width, image.height).data) };
  }, Array.from(png));

const file = async (page, role) => pixels(page, (await exported(page, role)).png);

test("a drawn person is dressed, and a link dresses them again", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await id(page, "drawn_person-kai").click();
  await id(page, "drawn_garment-red-checks").click();
  await id(page, "seed").fill("5");
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  assert.match(await id(page, "caption").textContent(), /^kai in red-checks, seed 5$/);
  assert.match(await id(page, "numbers").textContent(), /Garment fidelity/);
  // The composite, and what each of the twenty steps but the last takes for the result.
  assert.equal(await id(page, "film").locator("li").count(), 20);
  const [result, mask] = [await file(page, "result"), await file(page, "mask")];
  assert.deepEqual([result.size, mask.size], [[48, 64], [48, 64]]);
  await picture(page, "dressed");
  const composite = await file(page, "composite");
  const repainted = [...Array(48 * 64).keys()].filter((i) => mask.values[4 * i] === 0);
  const changed = repainted.filter((i) => result.values[4 * i] !== composite.values[4 * i]).length;
  assert.ok(changed > repainted.length / 2, `${changed} of ${repainted.length} pixels were painted`);
  // The same settings by a link: the same picture.
  const linked = await on.open(new URL(page.url()).pathname + new URL(page.url()).search);
  await shown(linked, "sample", VIEW);
  assert.deepEqual(await file(linked, "result"), result);
});

test("WebGPU and the CPU bend alike", { timeout: PATIENCE }, async () => {
  const results = [];
  for (const device of ["cpu", "webgpu"]) {
    const page = await on.open(address("&method=composite&seed=2", device));
    await shown(page, "sample", VIEW);
    results.push(await file(page, "result"));
  }
  const [cpu, gpu] = results.map((result) => result.values);
  // A flow that differs in its last digits moves a pixel at the edge of the mask in or out.
  const differ = cpu.filter((value, i) => Math.abs(value - gpu[i]) > 2).length;
  assert.ok(differ < cpu.length / 100, `${differ} of ${cpu.length} values differ`);
});

test("the brush changes what is repainted", { timeout: PATIENCE }, async () => {
  const page = await opened("&method=composite");
  await id(page, "mask-editor").locator("summary").click();
  const share = async () => parseInt(await id(page, "mask-share").textContent(), 10);
  const found = await share();
  await id(page, "mask-less").click();
  const less = await share();
  assert.ok(less < found, `${less} < ${found}`);
  await id(page, "mask-reset").click();
  assert.equal(await share(), found);
  // The lower left corner is painted over.
  const box = await id(page, "mask").boundingBox();
  await page.mouse.move(box.x + 6, box.y + box.height - 6);
  await page.mouse.down();
  await page.mouse.move(box.x + 30, box.y + box.height - 30, { steps: 4 });
  await page.mouse.up();
  assert.match(await sample(page), /^Done/);
  const mask = await file(page, "mask");
  assert.equal(mask.values[4 * (48 * 62 + 2)], 0, "the corner is repainted now");
});

test("a picture of a garment is cut out and worn; a blank one is refused, and the last result stays", { timeout: PATIENCE }, async () => {
  const page = await opened("&method=composite");
  const shirt = (blank) =>
    page.evaluate(async (blank) => {
      const canvas = new OffscreenCanvas(300, 400);
      const context = canvas.getContext("2d");
      context.fillStyle = "#f4f4f4";
      context.fillRect(0, 0, 300, 400);
      if (!blank) {
        context.fillStyle = "#7030a0";
        context.fillRect(90, 100, 120, 190);
        context.fillRect(40, 100, 220, 60);
      }
      return Array.from(new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer()));
    }, blank);
  const choose = async (name, bytes) => {
    await id(page, "garment-open").setInputFiles({ name, mimeType: "image/png", buffer: Buffer.from(bytes) });
    await id(page, "own-garment").filter({ hasText: name }).waitFor();
  };
  await choose("purple.png", await shirt(false));
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  const result = await file(page, "result");
  const purple = [];
  for (let i = 0; i < result.values.length; i += 4) if (Math.abs(result.values[i] - 112) + Math.abs(result.values[i + 2] - 160) < 30) purple.push(i);
  assert.ok(purple.length > 100, `${purple.length} pixels are purple`);
  await choose("blank.png", await shirt(true));
  await id(page, "sample-button").click();
  assert.doesNotMatch(await jobEnds(page), /^Done/);
  await shown(page, "sample", VIEW);
  await id(page, "own-garment-forget").click();
  assert.equal(await id(page, "own-garment").count(), 0);
  assert.match(await sample(page), /^Done/);
});

test("the cut-out of a garment is seen at once and can be changed; a garment that somebody wears is refused", { timeout: PATIENCE }, async () => {
  const page = await opened("&method=composite");
  const garment = async (width, height, paint) => {
    const bytes = await page.evaluate(
      async ([width, height, paint]) => {
        const canvas = new OffscreenCanvas(width, height);
        new Function("context", paint)(canvas.getContext("2d"));
        return Array.from(new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer()));
      },
      [width, height, paint],
    );
    await id(page, "garment-open").setInputFiles({ name: "top.png", mimeType: "image/png", buffer: Buffer.from(bytes) });
    await id(page, "own-garment").filter({ hasText: `${width} × ${height}` }).waitFor();
  };
  const share = async () => parseInt(await id(page, "cut-share").textContent(), 10);
  // See-through around a white top, which no colour tells from its ground.
  await garment(300, 400, "context.fillStyle = '#fff'; context.fillRect(75, 100, 150, 200);");
  await id(page, "cut-editor").locator("summary").click();
  assert.equal(await share(), 25);
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  await picture(page, "garment-cut");
  // The lower part is cut away.
  await id(page, "cut-size-large").check({ force: true });
  const box = await id(page, "cut").boundingBox();
  for (const y of [0.62, 0.7, 0.78]) {
    await page.mouse.move(box.x + 0.2 * box.width, box.y + y * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.8 * box.width, box.y + y * box.height, { steps: 12 });
    await page.mouse.up();
  }
  const less = await share();
  assert.ok(less > 8 && less < 20, `${less} % of the picture is garment`);
  assert.match(await sample(page), /^Done/);
  const mask = await file(page, "cut-out");
  assert.deepEqual(mask.size, [300, 400]);
  const white = (x, y) => mask.values[4 * (300 * y + x)] === 255;
  assert.ok(white(150, 120) && !white(150, 290) && !white(20, 120));
  await id(page, "garment-open").setInputFiles(path.join(ROOT, "assets/examples/people/astronaut.jpg"));
  await id(page, "own-garment").filter({ hasText: "astronaut" }).waitFor();
  await id(page, "sample-button").click();
  assert.match(await jobEnds(page), /omebody is wearing it/);
  await shown(page, "sample", VIEW);
});

test("a photo is looked at, and one of nobody is refused with what to do", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await id(page, "portrait").click();
  await id(page, "own-person").waitFor();
  await shown(page, "file", VIEW);
  const said = await sample(page);
  await picture(page, "portrait");
  assert.match(said, /^Done/);
  await shown(page, "sample", VIEW);
  assert.equal(await id(page, VIEW).getAttribute("data-shape"), "512x512");
  await id(page, "file-open").setInputFiles({
    name: "stars.jpg",
    mimeType: "image/jpeg",
    buffer: readFileSync(path.join(ROOT, "assets/examples/pictures/deep-field.jpg")),
  });
  await id(page, "own-person").filter({ hasText: "stars.jpg" }).waitFor();
  await id(page, "sample-button").click();
  assert.match(await jobEnds(page), /obody is recognised/);
  await id(page, "own-person-forget").click();
  await shown(page, "example", VIEW);
});

test("nothing is wrong for a screen reader, and a phone scrolls one way only", { timeout: PATIENCE }, async () => {
  for (const options of [{}, { ...PHONE, colorScheme: "dark" }]) {
    const page = await opened("&method=composite", options);
    assert.match(await sample(page), /^Done/);
    await id(page, "mask-editor").locator("summary").click();
    await page.evaluate(AXE);
    const violations = await page.evaluate(async () => (await window.axe.run()).violations.map((v) => `${v.id}: ${v.nodes[0].html}`));
    assert.deepEqual(violations, []);
    const [wide, view] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= view, `${wide} > ${view}`);
    await picture(page, options.isMobile ? "tryon-phone-dark" : "tryon-desktop");
  }
});
