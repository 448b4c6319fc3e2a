import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { id, picture, shown, stage } from "./support.mjs";

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

test("the gallery shows every system that the server knows, and each has a page where it can be sampled", async () => {
  const answer = await (await fetch(`${on.url}/api/systems`)).json();
  const systems = Array.isArray(answer) ? answer : answer.systems;
  assert.ok(systems.length > 0);
  const page = await on.open("/", { reducedMotion: "no-preference" });
  for (const system of systems) {
    await page.goto(`${on.url}/`);
    const card = id(page, `system-card-${system.slug}`);
    await card.waitFor();
    assert.ok((await card.textContent()).includes(system.title));
    await card.getByRole("link").first().click();
    await page.waitForURL(`**/systems/${system.slug}**`);
    await id(page, "sample-button").waitFor();
    await id(page, "provenance").waitFor();
  }
  await page.goto(`${on.url}/`);
  await id(page, "system-card-porous-gan").waitFor();
  await picture(page, "gallery");
});

test("a finished sample is to be seen before any model code or weights are asked for", async () => {
  const page = await on.open("/healthz");
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${on.url}/systems/porous-gan`);
  await shown(page, "example");
  await page.waitForTimeout(1500);
  const heavy = asked.filter((path) => /\/pkg\/worker|\.safetensors$/.test(path));
  assert.deepEqual(heavy, []);
  await picture(page, "system-example");
  // Asked for before the click: a slow click returns when the request is long under way.
  const code = page.waitForRequest((request) => /worker\..*\.wasm$/.test(new URL(request.url()).pathname));
  await id(page, "sample-button").click();
  await code;
});

test("nothing on these pages complains", () => {
  assert.deepEqual(on.complaints, []);
});
