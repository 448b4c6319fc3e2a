// What the drawing benches share: a page that has our module and the others' scripts, and how times are compared.

import { existsSync, readFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { ROOT, startBrowser } from "../support.mjs";

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/**
 * The folder of the module of shaders/examples/bench_page.rs, made by
 *
 *   cargo build --target wasm32-unknown-unknown --profile web -p shaders --example bench_page
 *   wasm-bindgen --target web --out-dir target/bench-page target/wasm32-unknown-unknown/web/examples/bench_page.wasm
 */
const BENCH_PAGE = path.resolve(ROOT, process.env.BENCH_PAGE ?? "target/bench-page");

export const WIDTH = Number(process.env.WIDTH ?? 800);
export const HEIGHT = Number(process.env.HEIGHT ?? 600);

/** A browser and a server whose root page has an empty body; `scripts` maps addresses to files. */
export async function stage(scripts) {
  if (!existsSync(path.join(BENCH_PAGE, "bench_page.js"))) {
    throw new Error(`${BENCH_PAGE}/bench_page.js is missing; shaders/examples/bench_page.rs says how it is made`);
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
  const browser = await startBrowser();
  const open = async () => {
    const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, deviceScaleFactor: 1 });
    const page = await context.newPage();
    page.setDefaultTimeout(0);
    page.on("pageerror", (error) => console.error(String(error)));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    return page;
  };
  const stop = async () => {
    await browser.close();
    server.close();
  };
  return { browser, open, stop };
}

/** Runs `what` in a page of its own; a refusal is its result. */
export async function inPage(open, what, argument) {
  const page = await open();
  try {
    return await page.evaluate(what, argument);
  } catch (error) {
    return { refusal: String(error.message ?? error).split("\n")[0] };
  } finally {
    await page.context().close();
  }
}

export const quantile = (times, q) => times.toSorted((a, b) => a - b)[Math.round(q * (times.length - 1))];

/** A table line of milliseconds per frame. */
export function line(name, { times, refusal, backend }, others) {
  if (refusal) return `| ${name} | refuses: ${refusal.slice(0, 90)} | | |`;
  const median = quantile(times, 0.5);
  const against = others ? `${(quantile(others, 0.5) / median).toFixed(2)}×` : "";
  const spread = `${quantile(times, 0.25).toFixed(1)} to ${quantile(times, 0.75).toFixed(1)}`;
  return `| ${name}${backend ? `, ${backend}` : ""} | ${median.toFixed(1)} | ${spread} | ${against} |`;
}
