import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { PATIENCE, id, picture, shown, stage } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = { gallery: "/", system: "/systems/porous-gan" };

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

async function settle(page, name) {
  if (name === "system") await shown(page, "example");
  else await id(page, "system-card-porous-gan").waitFor();
}

for (const [name, address] of Object.entries(PAGES)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing on the ${name} page, ${colorScheme}`, { timeout: PATIENCE }, async () => {
      const page = await on.open(address, { colorScheme, bypassCSP: true });
      await settle(page, name);
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document));
      const found = violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
      assert.deepEqual(found, []);
      await picture(page, `${name}-${colorScheme}`);
    });
  }

  test(`the ${name} page fits a phone`, { timeout: PATIENCE }, async () => {
    const page = await on.open(address, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
    await settle(page, name);
    await picture(page, `${name}-phone`);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `${width} pixels wide`);
  });
}

test("the theme can be chosen, and the keyboard reaches Sample", { timeout: PATIENCE }, async () => {
  const page = await on.open(PAGES.system, { colorScheme: "light" });
  await shown(page, "example");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await id(page, "theme-toggle").click();
  assert.notEqual(await background(), light);
  let reached = false;
  for (let i = 0; i < 60 && !reached; i++) {
    await page.keyboard.press("Tab");
    reached = await page.evaluate(() => document.activeElement?.getAttribute("data-testid") === "sample-button");
  }
  assert.ok(reached);
});
