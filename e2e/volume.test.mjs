import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { PATIENCE, exported, id, picture, shown, stage } from "./support.mjs";

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

test("looks, slices, a cut and the comparison each change the picture", { timeout: PATIENCE }, async () => {
  const page = await on.open("/systems/porous-gan?preset=berea-small&size=32&device=cpu");
  await shown(page, "example");
  const seen = new Map();
  const changed = async (name) => {
    const { png } = await exported(page, "png");
    for (const [other, earlier] of seen) assert.ok(!png.equals(earlier), `${name} looks like ${other}`);
    seen.set(name, png);
    await picture(page, `volume-${name}`);
  };
  const toggle = (name) => page.getByRole("button", { name, exact: true });

  for (const look of ["grain", "pore", "density", "slices"]) {
    await id(page, `mode-${look}`).check({ force: true });
    await changed(look);
  }
  for (const axis of ["z", "y", "x"]) {
    await id(page, `slice-${axis}`).fill("0.2");
    await changed(`slice-${axis}`);
  }

  await id(page, "mode-grain").check({ force: true });
  assert.equal(await id(page, "slice-z").count(), 0, "what belongs to slices goes with them");
  await toggle("Cut open").click();
  await changed("cut");
  await id(page, "clip").fill("0.8");
  await changed("cut-moved");
  await page.getByLabel("Cut across").selectOption({ label: "z" });
  await changed("cut-across-z");
  await toggle("Cut open").click();

  await id(page, "compare").click();
  assert.equal(await id(page, "compare").getAttribute("aria-pressed"), "true");
  await changed("beside-the-rock");
  assert.deepEqual(on.complaints, []);
});

test("mouse and keys turn, move and zoom what is shown, and Home undoes it", { timeout: PATIENCE }, async () => {
  const page = await on.open("/systems/porous-gan?preset=berea-small&size=32&device=cpu");
  await shown(page, "example");
  const canvas = id(page, "volume-view").locator("canvas");
  let x, y;
  const drag = async () => {
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 30, { steps: 4 });
    await page.mouse.up();
  };
  const hands = {
    "a drag": drag,
    "a drag with Shift": async () => {
      await page.keyboard.down("Shift");
      await drag();
      await page.keyboard.up("Shift");
    },
    "the wheel": () => page.mouse.wheel(0, -300),
    "an arrow": () => page.keyboard.press("ArrowLeft"),
    "an arrow with Shift": () => page.keyboard.press("Shift+ArrowUp"),
    plus: () => page.keyboard.press("+"),
  };
  const png = async () => (await exported(page, "png")).png;
  const still = await png();
  let before = still;
  for (const [name, move] of Object.entries(hands)) {
    // Saving the picture scrolls.
    await canvas.focus();
    await canvas.scrollIntoViewIfNeeded();
    const box = await canvas.boundingBox();
    [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await move();
    const after = await png();
    assert.ok(!after.equals(before), `${name} changes the picture`);
    before = after;
  }
  await canvas.focus();
  await page.keyboard.press("Home");
  assert.ok((await png()).equals(still), "Home brings the first view back");
  assert.deepEqual(on.complaints, []);
});
