// The most memory that a photo of 12 megapixels takes on its way to a small picture and back, in Chromium's process of
// the page and its worker, and in `vitrine sample`. Linux only: /proc knows the largest resident size of a process.
//
//   node e2e/bench/rescaling-memory.mjs        PIXELS=2000x1500 to measure less

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT, VITRINE } from "../support.mjs";
import { stage, workerAddress } from "./beside-ort.mjs";
import { rescalingWeights } from "./safetensors.mjs";

const [WIDTH, HEIGHT] = (process.env.PIXELS ?? "4000x3000").split("x").map(Number);
/** MiB. */
const LIMIT = 1024;
const PRESET = "x2-small";
const { weights, source } = rescalingWeights(PRESET);
const photo = { "/photo": path.join(ROOT, "assets/data/dlv-irn/validation/kodim16.webp") };
const page = { "/page.mjs": path.join(import.meta.dirname, "rescaling-page.mjs") };

/** A number of /proc/PID/status in MiB: `VmRSS` is the resident size, `VmHWM` the largest so far. */
function memory(pid, name) {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return found ? Number(found[1]) / 1024 : 0;
}

/** The photo as a JPEG file, made in a browser of its own. */
async function jpeg() {
  const { open, stop } = await stage({ ...photo, ...page });
  try {
    const text = await (await open()).evaluate(async ([width, height]) => {
      const { drawn } = await import("/page.mjs");
      const blob = await (await drawn("/photo", width, height)).convertToBlob({ type: "image/jpeg", quality: 0.92 });
      return new Promise((resolve) => {
        const reader = Object.assign(new FileReader(), { onload: () => resolve(reader.result) });
        reader.readAsDataURL(blob);
      });
    }, [WIDTH, HEIGHT]);
    return Buffer.from(text.slice(text.indexOf(",") + 1), "base64");
  } finally {
    await stop();
  }
}

/** Before and at most, in the renderer that grew most. */
async function inBrowser(file) {
  const { browser, open, stop } = await stage({ ...page, "/photo.jpg": file, "/weights.safetensors": weights });
  try {
    const opened = await open();
    const devtools = await browser.newBrowserCDPSession();
    const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
    const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => ({ id, before: memory(id, "VmRSS") }));
    const setup = { address: workerAddress(), weights: source, preset: PRESET };
    await opened.evaluate(async (setup) => {
      const { openOurs } = await import("/page.mjs");
      const ours = await openOurs(setup);
      await ours(await (await fetch("/photo.jpg")).arrayBuffer());
    }, setup);
    const grown = renderers.map(({ id, before }) => ({ before, most: memory(id, "VmHWM") }));
    return grown.reduce((a, b) => (b.most > a.most ? b : a));
  } finally {
    await stop();
  }
}

/** At most, of a process that is asked every now and then until it ends. */
async function natively(file) {
  const folder = mkdtempSync(path.join(tmpdir(), "vitrine-memory-"));
  try {
    const [input, given] = ["photo.jpg", "weights.safetensors"].map((name) => path.join(folder, name));
    writeFileSync(input, file);
    writeFileSync(given, weights);
    const options = ["--set", "direction=both", "--device", "cpu", "--weights", given, "--out", path.join(folder, "out")];
    const child = spawn(VITRINE, ["sample", "dlv-irn", "--preset", PRESET, "--input", input, ...options], { stdio: ["ignore", "ignore", "pipe"] });
    let [most, log] = [0, ""];
    child.stderr.on("data", (text) => (log += text));
    const timer = setInterval(() => (most = Math.max(most, memory(child.pid, "VmHWM"))), 20);
    // A process that has ended has no memory to ask for.
    const ended = new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
    const code = await ended.finally(() => clearInterval(timer));
    if (code !== 0) throw new Error(`vitrine sample ended with ${code}: ${log.slice(-500)}`);
    return most;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const file = await jpeg();
const rows = [];
const { before, most } = await inBrowser(file);
rows.push(["Chromium, page and worker", most, `${before.toFixed(0)} before the worker starts`]);
rows.push(["vitrine sample", await natively(file), ""]);
console.log(`${WIDTH} × ${HEIGHT} pixels, ${(file.length / 1e6).toFixed(1)} MB of JPEG, dlv-irn ${PRESET}, there and back\n`);
console.log("| | most MiB resident | |\n|---|---|---|");
for (const [name, most, note] of rows) console.log(`| ${name} | ${most.toFixed(0)} | ${note} |`);
if (rows.some(([, most]) => most > LIMIT)) throw new Error(`more than ${LIMIT} MiB`);
