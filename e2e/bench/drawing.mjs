// What the drawing benches share: a page that has our module and the others' scripts, and how times are compared.

import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { ROOT, startBrowser } from "../support.mjs";

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/** The folder of the module of shaders/examples/bench_page.rs. */
const BENCH_PAGE = path.resolve(ROOT, process.env.BENCH_PAGE ?? "target/bench-page");

/** A software adapter draws tens of times slower, so the picture is smaller there unless it is given. */
const [PIXELS, FEWER_PIXELS] = [[800, 600], [400, 300]];
/** How long one viewer may draw one scene, and how much longer its page may take in all; seconds. */
const SECONDS = Number(process.env.SECONDS ?? 10);
const GRACE = 120;
/** Draws of a turn, however slow: two turns give a median of six. */
const FEWEST = 3;

/** A server whose root page has an empty body; `scripts` maps addresses to files. */
export async function stage(scripts) {
  if (!existsSync(path.join(BENCH_PAGE, "bench_page.js"))) {
    throw new Error(`${BENCH_PAGE}/bench_page.js is missing: run cargo xtask bench-page first`);
  }
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const send = (bytes, type) => response.setHeader("content-type", type).end(bytes);
    if (pathname === "/") return send("<!doctype html><title>bench</title><body style=margin:0>", "text/html");
    const file = scripts[pathname] ?? path.join(BENCH_PAGE, path.basename(pathname));
    if (!existsSync(file)) return response.writeHead(404).end();
    send(readFileSync(file), TYPES[path.extname(file)] ?? "application/octet-stream");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  const { version, software } = await withPage(address, PIXELS, async (page, browser) => {
    const renderer = await page.evaluate(() => {
      const gl = document.createElement("canvas").getContext("webgl2");
      return gl ? gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER) : "none";
    });
    return { version: browser.version(), software: /swiftshader|llvmpipe|software/i.test(renderer) };
  });
  const [wide, high] = software ? FEWER_PIXELS : PIXELS;
  const [width, height] = [Number(process.env.WIDTH ?? wide), Number(process.env.HEIGHT ?? high)];
  /** Runs `what` in a browser of its own; a refusal, a crash and too long a wait are results too. */
  const inPage = (what, argument) =>
    withPage(address, [width, height], (page) =>
      page.evaluate(what, { ...argument, width, height, seconds: SECONDS, fewest: FEWEST }),
    ).catch((error) => ({ refusal: String(error.message ?? error).split("\n")[0] }));
  const scene = `${width} × ${height} pixels, Chromium ${version}${software ? ", software adapter" : ""}`;
  return { scene, inPage, stop: () => server.close() };
}

async function withPage(address, [width, height], work) {
  const browser = await startBrowser();
  let timer;
  try {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: 1 });
    page.setDefaultTimeout(0);
    page.on("pageerror", (error) => console.error(String(error)));
    await page.addInitScript(addMeasure);
    await page.goto(address);
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${SECONDS + GRACE} s`)), 1000 * (SECONDS + GRACE));
    });
    return await Promise.race([work(page, browser), late]);
  } finally {
    clearTimeout(timer);
    await browser.close();
  }
}

/**
 * Gives a page `measure(draw, …)`: milliseconds a frame of up to `runs` turns of up to `together` frames, as many as
 * fit into `seconds`, but at least `fewest` turns of them. `draw(n)` draws n frames and answers, when the last is finished, with the milliseconds of one.
 */
function addMeasure() {
  window.measure = async (draw, { runs, together, fewest, seconds }) => {
    await draw(1);
    const begun = performance.now();
    const once = await draw(1);
    const fit = Math.max(1, Math.min(together, Math.floor((1000 * seconds) / runs / once)));
    const times = fit === 1 ? [once] : [];
    while (times.length < runs && (times.length < fewest || performance.now() - begun < 1000 * seconds)) {
      times.push(await draw(fit));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return times;
  };
}

/** Two rounds of each of `viewers` (name → what to run), so that what else the machine does falls on all alike. */
export async function inTurns(viewers) {
  const results = {};
  for (let turn = 0; turn < 2; turn++) {
    for (const [name, run] of Object.entries(viewers)) {
      const before = results[name];
      if (before?.refusal) continue;
      const now = await run();
      results[name] = before && now.times ? { ...now, times: [...before.times, ...now.times] } : (before ?? now);
    }
  }
  return results;
}

export const quantile = (times, q) => times.toSorted((a, b) => a - b)[Math.round(q * (times.length - 1))];

/** A table line of milliseconds per frame: median, quartiles, turns, and how many times as long the others take. */
export function line(name, { times, refusal, backend }, others) {
  if (refusal) return `| ${name} | refuses: ${refusal.slice(0, 90)} | | | |`;
  const median = quantile(times, 0.5);
  const against = others ? `${(quantile(others, 0.5) / median).toFixed(2)}×` : "";
  const spread = `${quantile(times, 0.25).toFixed(1)} to ${quantile(times, 0.75).toFixed(1)}`;
  const how = backend?.replace(/\(ANGLE \(.*SwiftShader.*\)\)/, "(ANGLE, SwiftShader)");
  return `| ${name}${how ? `, ${how}` : ""} | ${median.toFixed(1)} | ${spread} | ${times.length} | ${against} |`;
}
