// The page of pictures made of a picture. What computes here is a stand-in for the model worker that says what a worker
// says, in the browser's own pixels: the page is tested, not the model.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { PATIENCE, exported, id, jobEnds, picture, sample, shown, stage } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEW = "pictures-view";
const PAGE = "/systems/dlv-irn?preset=x2-small";
const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

// Seeds that misbehave: 13 fails after two parts, 99 dies unless it computes on the CPU, 77 is slow.
const WORKER = `
  const say = (message, bytes) => postMessage({ json: JSON.stringify(message), bytes }, bytes ? [bytes] : []);
  const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));
  self.sent = {};
  self.received = [];
  let cancelled = 0;
  const drawn = (image, width, height, filter = "none") => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    context.filter = filter;
    context.drawImage(image, 0, 0, width, height);
    return canvas;
  };
  onmessage = async ({ data }) => {
    const message = JSON.parse(data.json);
    if (message.to === "cancel") return void (cancelled = message.job);
    const { job, request, inputs } = message;
    self.received.push({ inputs, bytes: Array.from(new Uint8Array(data.bytes ?? new ArrayBuffer(0))), device: request.device });
    if (request.seed === 99 && request.device !== "cpu") return void setTimeout(() => { throw new Error("out of memory"); });
    const image = await createImageBitmap(new Blob([data.bytes]));
    const { width, height } = image;
    const half = [Math.ceil(width / 2), Math.ceil(height / 2)];
    say({ from: "read", job, input: "picture", size: [width, height], notes: ["Transparency was put on white."] });
    say({ from: "backend", job, device: "cpu", adapter: "stand-in", note: null });
    const direction = request.parameters.direction;
    const made = [];
    if (direction.endsWith("variants")) {
      const role = direction.startsWith("small") ? "small" : "restored";
      for (let i = 1; i <= 9; i++) made.push([role + "-" + i, "Draw " + i, drawn(image, 48, 40, "hue-rotate(" + 20 * i + "deg)")]);
      made.push(["spread", "Spread", drawn(image, 48, 40, "grayscale(1)")]);
    } else {
      const all = drawn(image, width, height).getContext("2d");
      for (let i = 0; i < 4; i++) {
        await wait(request.seed === 77 ? 1500 : 60);
        if (cancelled === job) return say({ from: "cancelled", job });
        if (request.seed === 13 && i === 2) return say({ from: "failed", job, message: "The numbers are none.", fields: [] });
        const [x, y] = [(i % 2) * half[0], (i >> 1) * half[1]];
        const size = [Math.min(half[0], width - x), Math.min(half[1], height - y)];
        say({ from: "step", job, sample: 0, together: 1, progress: { done: i + 1, total: 4 }, milliseconds: 60, label: "tile" });
        if (size.includes(0)) continue;
        say({ from: "patch", job, sample: 0, role: "restored", whole: [width, height], at: [x, y], size }, all.getImageData(x, y, ...size).data.buffer);
      }
      made.push(["restored", "Restored", drawn(image, width, height)], ["small", "Small picture", drawn(image, ...half)]);
      made.push(["bicubic", "Bicubic", drawn(drawn(image, ...half), width, height)]);
      made.push(["difference", "Difference", drawn(image, width, height, "grayscale(1)")]);
    }
    for (const [index, [role, title, canvas]] of made.entries()) {
      const bytes = await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer();
      self.sent[role] = Array.from(new Uint8Array(bytes));
      say({ from: "picture", job, sample: 0, role, title, beside: index > 0, size: [canvas.width, canvas.height], milliseconds: 240 }, bytes);
    }
    const measures = { restored_psnr: 38.25, bicubic_psnr: 30.5, restored_ssim: 0.98, bicubic_ssim: 0.9, small_psnr: null, original_pixels: width * height };
    say({ from: "measures", job, sample: 0, measures });
    say({ from: "done", job });
  };
  say({ from: "ready" });
`;

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

/** The page with the stand-in worker, showing its first example. */
async function opened(address = PAGE, options = {}) {
  const still = { reducedMotion: "reduce", serviceWorkers: "block" };
  const context = await on.browser.newContext({ viewport: { width: 1280, height: 900 }, ...still, ...options });
  context.setDefaultTimeout(PATIENCE / 4);
  const page = await context.newPage();
  page.on("pageerror", (error) => on.complaints.push(`${page.url()}: ${error}`));
  page.on("console", (message) => message.type() === "error" && on.complaints.push(`${page.url()}: ${message.text()}`));
  await page.route("**/manifest.json", async (route) => {
    const manifest = await (await route.fetch()).json();
    manifest["worker.js"] = { path: "/pkg/stand-in.js", bytes: 1, sha256: "00" };
    const preset = new URL(address, on.url).searchParams.get("preset");
    manifest[`weights/dlv-irn/${preset}/weights.safetensors`] ??= { path: "/none", bytes: 1, sha256: "00" };
    await route.fulfill({ json: manifest });
  });
  await page.route("**/pkg/stand-in.js", (route) => route.fulfill({ contentType: "text/javascript", body: WORKER }));
  await page.goto(on.url + address);
  await shown(page, "example", VIEW);
  return page;
}

/** A picture of stripes and a gradient, made by the browser. */
async function photo(page, width, height, type = "image/png") {
  const bytes = await page.evaluate(
    async ([width, height, type]) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      const gradient = context.createLinearGradient(0, 0, width, height);
      gradient.addColorStop(0, "#204080");
      gradient.addColorStop(1, "#f0c080");
      context.fillStyle = gradient;
      context.fillRect(0, 0, width, height);
      context.fillStyle = "#a02020";
      for (let x = 0; x < width; x += 7) context.fillRect(x, (x * 3) % height, 3, height / 4);
      return Array.from(new Uint8Array(await (await canvas.convertToBlob({ type })).arrayBuffer()));
    },
    [width, height, type],
  );
  return Buffer.from(bytes);
}

const choose = (page, name, buffer) => id(page, "file-open").setInputFiles({ name, mimeType: "image/png", buffer });
const has = (page, name, text) => id(page, name).filter({ hasText: text }).first().waitFor({ timeout: PATIENCE / 8 });
const received = (page) => page.workers()[0].evaluate(() => self.received.at(-1));
const shape = (page) => id(page, VIEW).getAttribute("data-shape");
const now = (page) => id(page, "split").getAttribute("aria-valuenow").then(Number);

/** Hands files to the page as a drop or a paste would. */
function hand(page, how, name, type, buffer) {
  return page.evaluate(
    ([how, name, type, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
      const options = { bubbles: true, cancelable: true };
      if (how === "paste") window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, ...options }));
      else document.querySelector(".drop-target").dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, ...options }));
    },
    [how, name, type, Array.from(buffer)],
  );
}

async function made(page, name = "photo.png", width = 160, height = 120) {
  await choose(page, name, await photo(page, width, height));
  await has(page, "picture-name", name);
  const status = await sample(page);
  await shown(page, "sample", VIEW);
  return status;
}

test("the first example is chosen, and Sample works at once", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await has(page, "picture-input", "Your picture stays on this device.");
  assert.match(await id(page, "picture-name").textContent(), /^Half-timbered houses: 768 × 512/);
  assert.equal(await id(page, "link-note").count(), 0);
  assert.equal(await id(page, "numbers").count(), 0);
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  assert.equal(await shape(page), "768x512");
  await id(page, "example-shore").click();
  await has(page, "picture-name", "Palms on a shore");
  await shown(page, "example", VIEW);
});

test("a chosen file goes to the worker as it is, and grows part by part", { timeout: PATIENCE }, async () => {
  const page = await opened();
  const file = await photo(page, 161, 121);
  await choose(page, "holiday.png", file);
  await has(page, "picture-name", /^holiday\.png: 161 × 121/);
  await id(page, "seed").fill("77");
  await id(page, "sample-button").click();
  await page.waitForSelector(`[data-testid="${VIEW}"]:not([data-patches="0"])`);
  await page.waitForSelector(".port.growing canvas.unfinished", { state: "visible" });
  assert.equal(await page.locator("canvas.unfinished").evaluate((canvas) => `${canvas.width}x${canvas.height}`), "161x121");
  const covered = await page.locator("canvas.unfinished").evaluate((canvas) => canvas.getContext("2d").getImageData(5, 5, 1, 1).data[3]);
  assert.equal(covered, 255, "the first part is drawn");
  assert.match(await jobEnds(page), /^Done/);
  const { inputs, bytes } = await received(page);
  assert.deepEqual(inputs, [{ name: "picture", bytes: file.length }]);
  assert.ok(Buffer.from(bytes).equals(file));
  await has(page, "picture-notes", "Transparency was put on white.");
  assert.equal(await page.locator(".port.growing").count(), 0);
  assert.equal(await id(page, "layer-right").getAttribute("alt"), "Restored");
  assert.equal(await shape(page), "161x121");
});

test("pictures come by drop and by paste", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await hand(page, "drop", "dropped.jpg", "image/jpeg", await photo(page, 64, 48, "image/jpeg"));
  await has(page, "picture-name", /^dropped\.jpg: 64 × 48/);
  await hand(page, "paste", "pasted.webp", "image/webp", await photo(page, 32, 40, "image/webp"));
  await has(page, "picture-name", /^pasted\.webp: 32 × 40/);
  assert.equal(await shape(page), "32x40");
  // The button, for who has no keyboard.
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const copy = (type, bytes) =>
    page.evaluate(
      ([type, bytes]) => navigator.clipboard.write([new ClipboardItem({ [type]: new Blob([new Uint8Array(bytes)], { type }) })]),
      [type, Array.from(bytes)],
    );
  await copy("image/png", await photo(page, 48, 36));
  await id(page, "paste").click();
  await has(page, "picture-name", /^pasted\.png: 48 × 36/);
  await copy("text/plain", Buffer.from("no picture"));
  await id(page, "paste").click();
  await has(page, "problem", "There is no picture on the clipboard");
  assert.equal(await shape(page), "48x36", "the last picture stays");
});

test("what the model code does not read is converted here, and said", { timeout: PATIENCE }, async () => {
  const page = await opened();
  // A BMP of 2 × 1 pixels, 24 bit.
  const bmp = Buffer.alloc(62);
  bmp.write("BM");
  for (const [at, value] of [[2, 62], [10, 54], [14, 40], [18, 2], [22, 1], [34, 8]]) bmp.writeUInt32LE(value, at);
  bmp.writeUInt16LE(1, 26);
  bmp.writeUInt16LE(24, 28);
  bmp.set([0, 0, 255, 255, 0, 0], 54);
  await choose(page, "old.bmp", bmp);
  await has(page, "picture-notes", "converted the picture to PNG");
  await sample(page);
  const { bytes } = await received(page);
  assert.equal(Buffer.from(bytes).toString("latin1", 1, 4), "PNG");
});

test("the border is moved by mouse and keys, and the sides are swapped", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await made(page);
  const split = id(page, "split");
  assert.equal(await now(page), 50);
  assert.equal(await split.getAttribute("aria-valuetext"), "50 % Original, 50 % Restored");
  const edge = () => id(page, "layer-right").evaluate((layer) => getComputedStyle(layer).clipPath);
  assert.match(await edge(), /50%/);
  await split.focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await now(page), 51);
  await page.keyboard.press("Shift+ArrowLeft");
  assert.equal(await now(page), 41);
  await page.keyboard.press("Home");
  assert.equal(await now(page), 0);
  await page.keyboard.press("End");
  assert.equal(await now(page), 100);
  const box = await id(page, "port").boundingBox();
  const middle = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width - 2, middle);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.25, middle, { steps: 5 });
  await page.mouse.up();
  assert.equal(await now(page), 25);
  assert.match(await edge(), /(25|24\.9\d*)%/);
  await split.focus();
  await page.keyboard.down("b");
  assert.equal(await id(page, "layer-left").getAttribute("alt"), "Restored");
  await page.keyboard.up("b");
  assert.equal(await id(page, "layer-left").getAttribute("alt"), "Original");
  await id(page, "right-bicubic").check({ force: true });
  assert.equal(await id(page, "layer-right").getAttribute("alt"), "Bicubic");
  await id(page, "left-small").check({ force: true });
  assert.equal(await id(page, "layer-left").evaluate((layer) => getComputedStyle(layer).imageRendering), "pixelated");
  await picture(page, "pictures-compare");
});

test("the loupe shows the same spot of all pictures", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await made(page);
  const lenses = page.locator('[data-testid="loupe"] .lens div');
  assert.equal(await lenses.count(), 5);
  const look = () => lenses.evaluateAll((all) => all.map((lens) => `${getComputedStyle(lens).backgroundPosition} / ${getComputedStyle(lens).backgroundSize}`));
  const box = await id(page, "port").boundingBox();
  await page.mouse.move(box.x + box.width / 4, box.y + box.height / 2);
  const places = await look();
  assert.equal(new Set(places).size, 1, "one spot for all");
  // A quarter of 160 pixels and half of 120 at four times, in the middle of a lens of 128.
  const [x, y] = places[0].split(" ").map(parseFloat);
  assert.ok(Math.abs(x - (64 - 160)) < 4 && Math.abs(y - (64 - 240)) < 4, places[0]);
  assert.match(places[0], /\/ 640px 480px$/);
  await id(page, "loupe-by-8").check({ force: true });
  assert.match((await look())[0], /\/ 1280px 960px$/);
  await id(page, "port").focus();
  const before = (await look())[0];
  await page.keyboard.press("ArrowRight");
  assert.equal(parseFloat((await look())[0]), parseFloat(before) - 64, "eight pixels further");
  assert.equal(await lenses.first().evaluate((lens) => getComputedStyle(lens).imageRendering), "pixelated");
  await id(page, "loupe-by-off").check({ force: true });
  assert.equal(await id(page, "loupe").count(), 0);
});

test("the comparison is zoomed and moved", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await made(page, "photo.png", 640, 480);
  const matrix = () => page.locator(".plane").evaluate((plane) => new DOMMatrix(getComputedStyle(plane).transform));
  const zoom = async () => (await matrix()).a;
  await id(page, "zoom-one-to-one").click();
  const width = await id(page, "port").evaluate((port) => port.clientWidth);
  assert.ok(Math.abs((await zoom()) - 640 / width) < 1e-3);
  await id(page, "zoom-fit").click();
  assert.equal(await zoom(), 1);
  await id(page, "port").focus();
  const box = await id(page, "port").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction(() => new DOMMatrix(getComputedStyle(document.querySelector(".plane")).transform).a > 1.5);
  const before = await matrix();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.4, { steps: 4 });
  await page.mouse.up();
  assert.ok((await matrix()).e < before.e, "moved to the left");
  assert.equal(await now(page), 50, "the border stays");
  await page.keyboard.press("0");
  assert.equal(await zoom(), 1);
});

test("a cancelled or failed job leaves the last result", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await made(page);
  const last = () => id(page, "layer-right").getAttribute("src");
  const before = await last();
  await id(page, "seed").fill("77");
  await id(page, "sample-button").click();
  await page.waitForSelector(".port.growing");
  await id(page, "cancel-button").click();
  assert.equal(await jobEnds(page), "Cancelled.");
  assert.equal(await last(), before);
  await id(page, "seed").fill("13");
  assert.equal(await sample(page), "The numbers are none.");
  assert.equal(await last(), before);
  await shown(page, "sample", VIEW);
  await choose(page, "broken.jpg", Buffer.from("no picture"));
  await has(page, "problem", "broken.jpg is damaged, or no picture that this browser can show.");
  await choose(page, "wide.png", await photo(page, 20_000, 2));
  await has(page, "problem", "wide.png has 20000 × 2 pixels: an edge may have 16384.");
  assert.equal(await last(), before);
  assert.match(await id(page, "picture-name").textContent(), /^photo\.png/);
});

test("after a crash the picture is sent again", { timeout: PATIENCE }, async () => {
  const page = await opened();
  const file = await photo(page, 40, 30);
  await choose(page, "photo.png", file);
  await id(page, "seed").fill("99");
  assert.match(await sample(page), /^Done/);
  const { bytes, device } = await received(page);
  assert.equal(device, "cpu");
  assert.ok(Buffer.from(bytes).equals(file));
});

test("numbers, the small picture, and other encodings in as many bytes", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await made(page, "photo.png", 320, 240);
  assert.match(await id(page, "numbers").textContent(), /PSNR against the original38\.25 dB30\.50 dB/);
  const small = id(page, "small-picture");
  assert.equal(await small.evaluate((image) => `${image.naturalWidth}x${image.naturalHeight} ${image.clientWidth}`), "160x120 160");
  await page.waitForFunction(() => /WebP within these bytes \d/.test(document.querySelector('[data-testid="equal-bytes"] svg')?.getAttribute("aria-label")));
  const label = await page.locator('[data-testid="equal-bytes"] svg').getAttribute("aria-label");
  assert.match(label, /restored from .* 38\.25 dB, JPEG within these bytes \d\d\.\d\d dB, WebP within these bytes \d\d\.\d\d dB, bicubic 30\.50 dB/);
  await picture(page, "pictures-numbers");
});

test("files are what the model code sent, byte for byte", { timeout: PATIENCE }, async () => {
  const page = await opened();
  assert.ok(await id(page, "export-small").isDisabled());
  await made(page);
  const sent = await page.workers()[0].evaluate(() => self.sent);
  for (const role of ["small", "restored", "bicubic", "difference"]) {
    const { png } = await exported(page, role);
    assert.ok(png.equals(Buffer.from(sent[role])), role);
  }
  const download = page.waitForEvent("download");
  await id(page, "save-small").click();
  const file = readFileSync(await (await download).path());
  assert.ok(file.equals(Buffer.from(sent.small)));
  const { json } = await exported(page, "json");
  const report = JSON.parse(json);
  assert.deepEqual([report.measures.restored_psnr, report.request.system, report.backend.adapter], [38.25, "dlv-irn", "stand-in"]);
  assert.match((await exported(page, "csv")).csv.toString(), /^quantity,value\n[\s\S]*restored_psnr,38\.25\n/);
  await choose(page, "small.png", file);
  await has(page, "picture-name", /^small\.png: 80 × 60/);
});

test("nine draws of the latents, and why a model has none", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await id(page, "small-variants").click();
  await jobEnds(page);
  const nine = page.locator('[data-testid="nine"] button');
  await nine.nth(9).waitFor();
  assert.equal(await nine.count(), 10, "nine and the map of their spread");
  assert.equal(await id(page, "field-direction").inputValue(), "small-variants");
  assert.equal(await id(page, "field-small_spread").inputValue(), "0.5");
  assert.equal(await shape(page), "48x40");
  await id(page, "variant-small-7").hover();
  assert.equal(await id(page, "layer-left").getAttribute("alt"), "Draw 1");
  assert.equal(await id(page, "layer-right").getAttribute("alt"), "Draw 7");
  await id(page, "variant-spread").focus();
  assert.equal(await id(page, "layer-right").getAttribute("alt"), "Spread");
  await picture(page, "pictures-nine");
  await id(page, "there-and-back").click();
  await page.waitForFunction(() => document.querySelectorAll('[data-testid="nine"] button').length === 0);
  await id(page, "preset").selectOption("x2-irn");
  assert.ok(await id(page, "small-variants").isDisabled());
  assert.match(await page.locator("#why-not-small-variants").textContent(), /needs a down-scaling latent, which this model has not/);
  assert.ok(await id(page, "large-variants").isEnabled());
});

test("a link holds settings, no picture", { timeout: PATIENCE }, async () => {
  const page = await opened(`${PAGE}&seed=5&large_spread=0.3`);
  await has(page, "link-note", "never the picture");
  assert.equal(await id(page, "field-large_spread").inputValue(), "0.3");
  assert.equal((await id(page, "status").textContent()).trim(), "", "nothing is computed of a picture that is not theirs");
  await choose(page, "mine.png", await photo(page, 20, 20));
  await has(page, "picture-name", /^mine\.png/);
  assert.equal(await id(page, "link-note").count(), 0);
  await sample(page);
  assert.ok(!page.url().includes("mine"));
  await id(page, "api-drawer").locator("summary").click();
  await has(page, "api-snippet", "--form picture=@photo.jpg");
});

test("a photo is taken with the camera", { timeout: PATIENCE }, async () => {
  const page = await opened(PAGE, { permissions: ["camera"] });
  await id(page, "camera-open").click();
  await page.waitForFunction(() => document.querySelector(".camera video")?.videoWidth > 0);
  await id(page, "camera-take").click();
  await has(page, "picture-name", /^Photo: \d+ × \d+/);
  assert.ok(await id(page, "camera").isHidden());
  assert.equal(await page.locator(".camera video").evaluate((video) => video.srcObject.getTracks()[0].readyState), "ended");
  const phone = await opened(PAGE, PHONE);
  assert.equal(await id(phone, "take-photo").getAttribute("capture"), "environment");
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing, ${colorScheme}`, { timeout: PATIENCE }, async () => {
    const page = await opened(PAGE, { colorScheme, bypassCSP: true });
    await made(page);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    const found = violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
    assert.deepEqual(found, []);
    await picture(page, `pictures-${colorScheme}`);
  });
}

test("the page fits a phone, and a finger moves the border", { timeout: PATIENCE }, async () => {
  const page = await opened(PAGE, PHONE);
  await sample(page);
  await shown(page, "sample", VIEW);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  await id(page, "port").scrollIntoViewIfNeeded();
  const { x, y, width, height } = await id(page, "port").boundingBox();
  const touch = await page.context().newCDPSession(page);
  const at = (fraction) => [{ x: x + width * fraction, y: y + height / 2 }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0.5) });
  for (const fraction of [0.55, 0.65, 0.75]) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(fraction) });
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  assert.ok(Math.abs((await now(page)) - 75) <= 1, `${await now(page)} %`);
  await picture(page, "pictures-phone");
});

test("nothing on these pages complains", () => {
  // The worker that dies in one test says so.
  assert.deepEqual(on.complaints.filter((text) => !text.includes("out of memory")), []);
});
