// The page's code comes in parts, one for each kind of sample: what each address asks for, and what the visitor is told
// where a part does not come.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { id, shown, stage } from "./support.mjs";

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

/** Systems, their views, and the part that those need. */
const KINDS = [
  ["porous-gan", "volume-view", "volume"],
  ["crysbfn", "structure-view", "crystal"],
  ["oc-gfn", "objects-view", "objects"],
];

const partOf = (request) => /^\/pkg\/page-([a-z]+)\.[0-9a-f]+\.wasm$/.exec(new URL(request.url()).pathname)?.[1];

/** A page without the service worker, which asks for all parts ahead of time; `asked` collects the page's own. */
async function visitor() {
  const page = await on.open("/healthz", { serviceWorkers: "block" });
  const asked = new Set();
  page.on("request", (request) => asked.add(partOf(request)));
  return { page, asked: () => [...asked].filter(Boolean) };
}

test("a page asks for the part of its own kind only", async () => {
  for (const [slug, view, part] of KINDS) {
    const { page, asked } = await visitor();
    await page.goto(`${on.url}/systems/${slug}`);
    await shown(page, "example", view);
    assert.deepEqual(asked(), [part]);
  }
});

test("from page to page, each part is asked for once", async () => {
  const { page, asked } = await visitor();
  let requests = 0;
  page.on("request", (request) => (requests += partOf(request) ? 1 : 0));
  await page.goto(on.url);
  for (const [slug, view] of [...KINDS, ...KINDS]) {
    await id(page, `system-card-${slug}`).getByRole("link").first().click();
    await shown(page, "example", view);
    await page.goBack();
  }
  assert.deepEqual(asked().sort(), ["crystal", "objects", "volume"]);
  assert.equal(requests, 3);
});

test("a part that does not come is told, and comes when the page is loaded again", async () => {
  const { page } = await visitor();
  await page.route(/\/pkg\/page-crystal\./, (route) => route.abort());
  await page.goto(`${on.url}/systems/crysbfn`);
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.textContent(), /could not be loaded/);
  await page.unroute(/\/pkg\/page-crystal\./);
  await id(page, "load-again").click();
  await shown(page, "example", "structure-view");
});
