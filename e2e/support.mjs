// A server on a free port with data of its own, and a Chromium that has WebGPU even without a GPU.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

export const ROOT = path.resolve(import.meta.dirname, "..");
export const ARTIFACTS = path.join(import.meta.dirname, "artifacts");
/** Everything here may be slow: continuous integration computes WebGPU in software. */
export const PATIENCE = 240_000;

const TARGET = path.resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");
export const VITRINE = process.env.VITRINE ?? path.join(TARGET, "release", "vitrine");
export const DIST = path.resolve(ROOT, process.env.VITRINE_DIST ?? "dist");

const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
// SwiftShader answers for WebGPU and WebGL. With fewer of these there is no adapter, or one whose process dies.
const SOFTWARE = ["--use-vulkan=swiftshader", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const FLAGS = [
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  // Benches of a machine's own GPU: GPU=hardware.
  ...(process.env.GPU === "hardware" ? ["--use-angle=vulkan"] : SOFTWARE),
  // A camera that shows a test picture, for pages that were allowed one.
  "--use-fake-device-for-media-stream",
];

/** Starts `vitrine serve`; `stop` ends it and removes its data. */
export async function startServer() {
  for (const needed of [VITRINE, path.join(DIST, "index.html")]) {
    if (!existsSync(needed)) throw new Error(`${needed} is missing: run make web server first`);
  }
  const data = mkdtempSync(path.join(tmpdir(), "vitrine-e2e-"));
  const child = spawn(VITRINE, ["serve", "--listen", "127.0.0.1:0", "--web", DIST, "--data", data], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  child.stderr.on("data", (text) => (log += text));
  const url = await new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`the server does not say where it listens:\n${log}`)), 30_000);
    child.stdout.on("data", (more) => {
      text += more;
      const found = /listening on (http:\/\/\S+)/.exec(text);
      if (found) {
        clearTimeout(timer);
        resolve(found[1]);
      }
    });
    // After the promise is settled, this changes nothing.
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}:\n${log}`)));
  });
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
    rmSync(data, { recursive: true, force: true });
  };
  return { url, stop, log: () => log };
}

/** A browser with WebGPU by SwiftShader. */
export function startBrowser() {
  // A root user, as in most containers, has no sandbox.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...sandbox] });
}

/** Server, browser and clean-up for one file of tests. */
export async function stage() {
  const server = await startServer();
  // A server whose browser does not come would outlive the tests.
  const browser = await startBrowser().catch(async (error) => {
    await server.stop();
    throw error;
  });
  const complaints = [];
  const open = async (address, options = {}) => {
    // Pages of earlier tests stay open: turning on a software adapter, they would take the processor from the later ones.
    const still = { reducedMotion: "reduce" };
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...still, ...options });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
    page.on("console", (message) => {
      // A page without a document has no icon either.
      if (message.type() === "error" && !page.url().endsWith("/healthz")) complaints.push(`${page.url()}: ${message.text()}`);
    });
    await page.goto(server.url + address);
    return page;
  };
  const stop = async () => {
    await browser.close();
    await server.stop();
  };
  return { ...server, browser, open, complaints, stop };
}

export const id = (page, name) => page.locator(`[data-testid="${name}"]`);

/** Waits until the view (`volume-view`, `structure-view`) shows an `example`, a `sample`, …, drawn. */
export async function shown(page, what, where = "volume-view") {
  const view = `[data-testid="${where}"][data-shown="${what}"]`;
  await page.waitForSelector(`${view}:not([data-state="loading"])`, { state: "attached" });
  assert.equal(await page.locator(view).getAttribute("data-state"), "ready", "the view draws here");
}

/** Keeps a picture for people to look at. */
export async function picture(page, name) {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`), fullPage: true });
}

/** Waits for the end of a job and answers with the status line. */
export async function jobEnds(page) {
  const status = id(page, "status");
  await page.waitForFunction(() => {
    const text = document.querySelector('[data-testid="status"]')?.textContent ?? "";
    const running = document.querySelector('[data-testid="cancel-button"]');
    return !running && text !== "" && !/Starting|Downloading|Sampling|Measuring|Step \d/.test(text);
  });
  return (await status.textContent()).trim();
}

/** Presses Sample and waits for the end. */
export async function sample(page) {
  // A job may have begun and ended before anybody looks from here.
  await page.evaluate(() => {
    globalThis.jobBegan = false;
    const look = () => (globalThis.jobBegan ||= document.querySelector('[data-testid="cancel-button"]') !== null);
    new MutationObserver((_, observer) => look() && observer.disconnect()).observe(document.body, { childList: true, subtree: true });
  });
  await id(page, "sample-button").click();
  await page.waitForFunction(() => globalThis.jobBegan);
  return jobEnds(page);
}

/** Opens a file of the visitor's by the button. */
export async function openFile(page, name, text) {
  await id(page, "file-open").setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });
}

/** Drops a file onto the view, or elsewhere. */
export async function dropFile(page, name, text, onto = ".drop-target") {
  const data = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      return transfer;
    },
    [name, text],
  );
  await page.locator(onto).dispatchEvent("drop", { dataTransfer: data });
}

/** Presses an export button; answers with the files that come, by extension. */
export async function exported(page, format, count = 1) {
  const files = {};
  const all = new Promise((resolve) => {
    page.on("download", async function take(download) {
      const name = download.suggestedFilename();
      files[name.slice(name.lastIndexOf(".") + 1)] = await readFile(await download.path());
      if (Object.keys(files).length === count) {
        page.off("download", take);
        resolve();
      }
    });
  });
  await id(page, `export-${format}`).click();
  await all;
  return files;
}
