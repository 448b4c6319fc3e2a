// Two fingers on the views: what is shown grows and shrinks with their distance.

import assert from "node:assert/strict";
import test, { after, before } from "node:test";
import { PATIENCE, id, shown, stage } from "./support.mjs";

const TOUCH = { hasTouch: true, viewport: { width: 600, height: 900 } };

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

/** Share of the canvas's pixels that are not of the colour of its upper left corner. */
async function covered(page, canvas) {
  const png = (await canvas.screenshot()).toString("base64");
  return page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const [w, h] = [image.width, image.height];
    const { data } = context.getImageData(0, 0, w, h);
    const at = (x, y) => 4 * (y * w + x);
    const corner = at(4, Math.floor(h / 2));
    let other = 0;
    for (let i = 0; i < data.length; i += 4) {
      if ([0, 1, 2].some((c) => Math.abs(data[i + c] - data[corner + c]) > 24)) other += 4;
    }
    return other / data.length;
  }, png);
}

/** Two fingers that go, level and around the canvas's middle, from one distance to another (CSS pixels). */
async function pinch(page, canvas, from, to) {
  const box = await canvas.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  const fingers = (distance) => [-1, 1].map((side, id) => ({ x: x + (side * distance) / 2, y, id }));
  const send = (type, touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  await send("touchStart", fingers(from));
  for (let step = 1; step <= 8; step++) await send("touchMove", fingers(from + ((to - from) * step) / 8));
  await send("touchEnd", []);
  await session.detach();
}

/** Waits until the covered share settles, and answers with it. */
async function settled(page, canvas) {
  let last = -1;
  for (let look = 0; look < 40; look++) {
    const now = await covered(page, canvas);
    if (Math.abs(now - last) < 0.001) return now;
    last = now;
    await page.waitForTimeout(300);
  }
  throw new Error("the picture does not come to rest");
}

for (const [system, view] of [["porous-gan", "volume-view"], ["crysbfn", "structure-view"]]) {
  test(`two fingers zoom the ${view}`, { timeout: PATIENCE }, async () => {
    const page = await on.open(`/systems/${system}`, TOUCH);
    await shown(page, "example", view);
    const canvas = id(page, view).locator("canvas");
    await canvas.scrollIntoViewIfNeeded();
    const before = await settled(page, canvas);
    assert.ok(before > 0.02, `something is drawn: ${before}`);
    await pinch(page, canvas, 240, 120);
    const far = await settled(page, canvas);
    // Half the size is a quarter of the area, of the frame and lines less.
    assert.ok(far < 0.6 * before, `fingers together: ${before} → ${far}`);
    await pinch(page, canvas, 120, 240);
    const near = await settled(page, canvas);
    assert.ok(near > 1.4 * far, `fingers apart: ${far} → ${near}`);
    assert.equal(await page.evaluate(() => visualViewport.scale), 1, "the page itself is not zoomed");
  });
}
