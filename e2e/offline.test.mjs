import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { DIST, PATIENCE, id, jobEnds, picture, sample, shown, stage } from "./support.mjs";

const PAGE = "/systems/porous-gan?preset=berea-small&size=32&device=cpu";

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

test("after a first visit everything works without the network", { timeout: PATIENCE }, async () => {
  const page = await on.open(PAGE);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  assert.match(await sample(page), /^Done/);
  await page.waitForURL(/seed=/);
  await page.context().setOffline(true);
  await page.reload();
  assert.match(await jobEnds(page), /^Done/, "the address repeats the sample");
  await page.goto(on.url + PAGE);
  await shown(page, "example");
  assert.match(await sample(page), /^Done/);
  await picture(page, "system-offline");
  // A kind of page that was not visited.
  await page.goto(`${on.url}/systems/crysbfn`);
  await shown(page, "example", "structure-view");
});

test("corrupt weights in the cache are dropped, corrupt weights from the server are refused", { timeout: PATIENCE }, async () => {
  const page = await on.open(PAGE);
  assert.match(await sample(page), /^Done/);
  const manifest = JSON.parse(readFileSync(path.join(DIST, "manifest.json")));
  const { path: weights } = manifest["weights/porous-gan/berea-small/weights.safetensors"];
  const spoil = (address) =>
    page.evaluate(async (address) => {
      const cache = await caches.open("vitrine-weights");
      const kept = await (await cache.match(address)).arrayBuffer();
      new Uint8Array(kept)[100] ^= 255;
      await cache.put(address, new Response(kept));
    }, address);
  await spoil(weights);
  await page.reload();
  assert.match(await sample(page), /^Done/, "fetched again");

  for (const [what, change] of [["corrupt", (b) => b.fill(0, 200, 300)], ["cut off", (b) => b.subarray(0, 1000)]]) {
    const bad = await on.open("/healthz", { serviceWorkers: "block" });
    await bad.route(`**${weights}`, async (route) => {
      const body = change(Buffer.from(await (await route.fetch()).body()));
      await route.fulfill({ status: 200, contentType: "application/octet-stream", body });
    });
    await bad.goto(on.url + PAGE);
    await id(bad, "sample-button").click();
    assert.match(await jobEnds(bad), new RegExp(what));
  }
});
