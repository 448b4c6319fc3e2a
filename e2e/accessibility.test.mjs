import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { PATIENCE, id, picture, sample, shown, stage } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = { gallery: "/", system: "/systems/porous-gan" };
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

async function settle(page, name) {
  if (name === "system") await shown(page, "example");
  else await id(page, "system-card-porous-gan").waitFor();
}

async function faultless(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  const found = violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
  assert.deepEqual(found, []);
}

async function fits(page) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= PHONE.viewport.width, `${width} pixels wide`);
}

for (const [name, address] of Object.entries(PAGES)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing on the ${name} page, ${colorScheme}`, { timeout: PATIENCE }, async () => {
      const page = await on.open(address, { colorScheme, bypassCSP: true });
      await settle(page, name);
      await faultless(page);
      await picture(page, `${name}-${colorScheme}`);
    });
  }

  test(`the ${name} page fits a phone`, { timeout: PATIENCE }, async () => {
    const page = await on.open(address, PHONE);
    await settle(page, name);
    await picture(page, `${name}-phone`);
    await fits(page);
  });
}

for (const colorScheme of ["light", "dark"]) {
  test(`a sample, a refused field and the call on a phone, ${colorScheme}`, { timeout: PATIENCE }, async () => {
    const page = await on.open(`${PAGES.system}?size=32&device=cpu`, { ...PHONE, colorScheme, bypassCSP: true });
    await settle(page, "system");
    assert.match(await sample(page), /^Done/);
    await id(page, "api-drawer").locator("summary").click();
    await id(page, "field-size").fill("17");
    await id(page, "sample-button").click();
    await page.waitForSelector('[aria-invalid="true"]');
    await faultless(page);
    await fits(page);
    await picture(page, `system-phone-sample-${colorScheme}`);
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
