// The page of objects that are built by decisions. What learns here is a stand-in for the model worker that says what a
// worker says: the page is tested, not the models, and no test waits for learning. The last test asks the real one.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import test, { after, before } from "node:test";
import { PATIENCE, exported, id, jobEnds, openFile, picture, sample, shown, stage } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const VIEW = "objects-view";
const OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];

// A law over the cells of a grid that sharpens with time, with paths to its cells.
function cells(side, sharpness) {
  const weight = (i) => Math.exp(-sharpness * Math.abs(Math.hypot((i % side) - 4, Math.floor(i / side) - 4) - 2.5));
  const all = Array.from({ length: side * side }, (_, i) => weight(i));
  const sum = all.reduce((a, b) => a + b, 0);
  const flow = all.map((_, i) => [0.4 ** (1 + (i % side) / 3), 0.4 ** (1 + i / side / 3)]);
  const path = (x, y) => [...Array(x + 1).keys(), ...Array.from({ length: y }, (_, k) => x + side * (k + 1))];
  return { picture: "cells", side, probability: all.map((w) => w / sum), flow, paths: [path(2, 5), path(6, 3), path(4, 6)] };
}

const inclusion = (n, apart) => ({ picture: "inclusion", probability: Array.from({ length: n }, (_, i) => 0.3 + 0.02 * i + apart * (i % 2)) });
const points = (objectives, values) => ({ picture: "points", objectives, values });
const letters = (alphabet, probability, best) => ({ picture: "letters", alphabet, probability, best });

const PICTURES = {
  "oc-gfn": (s) => [cells(8, 3), { "pre-trained, adapted": cells(8, 3 * s), "from scratch": cells(8, s) }],
  "fl-gfn": (s) => [inclusion(30, 0), Object.fromEntries(["FL pinned", "FL released", "DB", "TB"].map((n, i) => [n, inclusion(30, (0.2 * (i + 1)) * (1 - s))]))],
  "op-gfn": (s) => {
    const names = ["branin", "currin", "shubert"];
    const front = [[0.2, 0.9, 0.4], [0.5, 0.7, 0.5], [0.9, 0.2, 0.6]];
    const drawn = [...front.slice(0, 1 + Math.round(2 * s)), [0.1, 0.3, 0.2], [0.4, 0.2, 0.1]];
    return [points(names, front), { "order-preserving": points(names, drawn), "preference-conditioned": points(names, drawn.slice(1)) }];
  },
  cell: (s) => {
    const position = OPERATIONS.map((_, i) => (i === 3 ? 0.2 + 0.6 * s : (0.8 - 0.6 * s) / 4));
    const best = [["|nor_conv_3x3~0|+|nor_conv_3x3~0|none~1|+|skip_connect~0|nor_conv_1x1~1|avg_pool_3x3~2|", 94.37], ["333331", 94.1]];
    return [null, { "order-preserving": letters(OPERATIONS, Array(6).fill(position), best) }];
  },
  tfbind8: (s) => {
    const position = (k) => [0, 1, 2, 3].map((i) => (i === k % 4 ? 0.25 + 0.7 * s : (0.75 - 0.7 * s) / 3));
    const law = () => letters(["A", "C", "G", "T"], Array.from({ length: 8 }, (_, k) => position(k)), [["ACGTACGT", 0.98]]);
    return [law(), { "pre-trained, adapted": law(), "from scratch": law() }];
  },
};

// The rings and chains of everyday; the last is none.
const MOLECULES = ["CCO", "c1ccccc1", "CC(=O)Nc1ccc(O)cc1", "CN1C=NC2=C1C(=O)N(C(=O)N2C)C", "OC(=O)C[NH3+]", "c1ccc2[nH]ccc2c1", "C1CC"];
PICTURES.molecules = (s) => {
  const best = MOLECULES.map((smiles, i) => [smiles, (0.9 - 0.1 * i) * (0.5 + 0.5 * s)]);
  const rewards = Array.from({ length: 60 }, (_, i) => 0.8 * s * ((i % 12) / 12) ** 2);
  const board = () => ({ picture: "molecules", best, rewards });
  return [null, { "forward-looking": board(), "detailed balance": board() }];
};

function learning(kind, step) {
  const [target, pictures] = PICTURES[kind === "seeds" ? "fl-gfn" : kind](step / 20);
  const learners = Object.entries(pictures).map(([name, picture], i) => ({
    name,
    transitions: 160 * step,
    values: [3 * (1 - Math.exp(-step / (3 + i))), 0.9 ** step / (i + 1)],
    ranges: kind === "seeds" ? [[3 * (1 - Math.exp(-step / (4 + i))), 3.2 * (1 - Math.exp(-step / (2 + i)))], null] : [],
    picture,
  }));
  const measures = [
    { name: "log_z", title: "log Z", exact: 3, logarithmic: false },
    { name: "total_variation", title: "Total variation", exact: null, logarithmic: true },
  ];
  return { step, measures, target, learners };
}

function objects(kind, note) {
  const moment = (step, { learners }) => ({ step, values: learners.map((l) => l.values), ranges: learners.map((l) => l.ranges) });
  const history = Array.from({ length: 21 }, (_, step) => moment(step, learning(kind, step)));
  const molecule = (object, i) => ({ object, log_prob: -3 - i, log_reward: -1 - i, path: ["", `${object} 0.25@0:0:0`] });
  const draws = kind === "molecules" ? MOLECULES.slice(0, 6).map(molecule) : [
    { object: "3,5", log_prob: -2.5, log_reward: 0.25, path: ["0,0", "1,0", "3,5"] },
    { object: "4,6", log_prob: -1.5, log_reward: -0.5, path: ["0,0", "4,6"] },
    { object: "3,5", log_prob: -2.5, log_reward: 0.25, path: ["0,0", "0,5", "3,5"] },
    { object: note, log_prob: -9, path: [] },
  ];
  return { draws, history, last: learning(kind, 20), measures: [] };
}

// Twenty looks at learners, then the objects; the first path of the request's painting is told back as an object.
const WORKER = `
  const looks = __LOOKS__, result = __OBJECTS__;
  const say = (message) => postMessage({ json: JSON.stringify(message) });
  let cancelled = 0;
  onmessage = async ({ data }) => {
    const message = JSON.parse(data.json);
    if (message.to === "cancel") return void (cancelled = message.job);
    const { job, request } = message;
    say({ from: "backend", job, device: "cpu", adapter: "stand-in", note: null });
    for (const [i, learning] of looks.entries()) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      if (cancelled === job) return say({ from: "cancelled", job });
      say({ from: "step", job, sample: 0, together: 1, progress: { done: i + 1, total: looks.length }, milliseconds: 40, label: "" });
      say({ from: "learning", job, sample: 0, learning });
    }
    result.draws.at(-1).object = "painted " + (request.parameters.painted || "nothing");
    say({ from: "objects", job, sample: 0, objects: result, milliseconds: 800 });
    say({ from: "done", job });
  };
  say({ from: "ready" });
`;

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

/** A page with a stand-in worker and, for `example`, an example of that kind; otherwise with none. */
async function opened(address, kind, { example = true, ...options } = {}) {
  const still = { reducedMotion: "reduce", serviceWorkers: "block" };
  const context = await on.browser.newContext({ viewport: { width: 1280, height: 900 }, ...still, ...options });
  context.setDefaultTimeout(PATIENCE / 4);
  const page = await context.newPage();
  page.asked = [];
  page.on("pageerror", (error) => on.complaints.push(`${page.url()}: ${error}`));
  page.on("console", (message) => message.type() === "error" && on.complaints.push(`${page.url()}: ${message.text()}`));
  page.on("request", (request) => page.asked.push(new URL(request.url()).pathname));
  const looks = Array.from({ length: 20 }, (_, i) => learning(kind, i + 1));
  const script = WORKER.replace("__LOOKS__", () => JSON.stringify(looks)).replace("__OBJECTS__", () => JSON.stringify(objects(kind, "")));
  await page.route("**/manifest.json", async (route) => {
    const manifest = await (await route.fetch()).json();
    const [, slug, preset] = /systems\/([\w-]+)\?preset=([\w-]+)/.exec(address);
    manifest["worker.js"] = { path: "/pkg/stand-in.js", bytes: 1, sha256: "00" };
    manifest[`weights/${slug}/${preset}/weights.safetensors`] ??= { path: "/none", bytes: 1, sha256: "00" };
    const own = `weights/${slug}/${preset}/example.json`;
    if (example) manifest[own] = { path: "/assets/stand-in.json", bytes: 1, sha256: "00" };
    else delete manifest[own];
    await route.fulfill({ json: manifest });
  });
  await page.route("**/assets/stand-in.json", (route) => route.fulfill({ json: objects(kind, "made in advance") }));
  await page.route("**/pkg/stand-in.js", (route) => route.fulfill({ contentType: "text/javascript", body: script }));
  await page.goto(on.url + address);
  if (example) await shown(page, "example", VIEW);
  return page;
}

const OC = "/systems/oc-gfn?preset=grid-8";
const FL = "/systems/fl-gfn?preset=set-small";
const OP = "/systems/op-gfn?preset=pareto-grid";
const MOL = "/systems/fl-gfn?preset=molecules";

async function text(page, name, pattern) {
  const locator = id(page, name);
  await locator.filter({ hasText: pattern }).first().waitFor({ timeout: PATIENCE / 8 });
  return locator.first().textContent();
}

test("an example is shown with its numbers before any model code is asked for", { timeout: PATIENCE }, async () => {
  const page = await opened(OC, "oc-gfn");
  assert.equal(await id(page, VIEW).getAttribute("data-shape"), "3", "the exact target and two learners");
  assert.match(await id(page, "cells-target").getAttribute("aria-label"), /^Exact target: law over 8 × 8 cells; most probable \(\d, \d\)/);
  assert.match(await id(page, "cells-1").getAttribute("aria-label"), /^from scratch: .*total variation to the exact target 0\.\d/);
  assert.match(await id(page, "caption").textContent(), /step 20/);
  await page.waitForTimeout(500);
  assert.deepEqual(page.asked.filter((path) => /worker|stand-in\.js$|safetensors/.test(path)), []);
});

test("cells are read out by keyboard, side by side", { timeout: PATIENCE }, async () => {
  const page = await opened(OC, "oc-gfn");
  await id(page, "cells-0").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  assert.match(await text(page, "cell-readout", /Cell \(1, 1\)/), /Exact target .*% · pre-trained, adapted .*% · from scratch .*%/);
  await page.keyboard.press("End");
  await text(page, "cell-readout", /Cell \(7, 7\)/);
});

test("sand falls unless it is stopped or the visitor wants no motion", { timeout: PATIENCE }, async () => {
  const page = await opened(OC, "oc-gfn", { reducedMotion: "no-preference" });
  const sand = () => id(page, "cells-target").evaluate((canvas) => canvas.toDataURL());
  await page.waitForTimeout(300);
  const first = await sand();
  await page.waitForTimeout(600);
  assert.notEqual(await sand(), first, "grains move");
  await id(page, "toggle-sand").click();
  await page.waitForTimeout(200);
  const still = await sand();
  await page.waitForTimeout(400);
  assert.equal(await sand(), still, "and stand still when told");
  const calm = await opened(OC, "oc-gfn");
  const lying = () => id(calm, "cells-target").evaluate((canvas) => canvas.toDataURL());
  await calm.waitForTimeout(300);
  const before = await lying();
  assert.notEqual(before, still, "grains lie where they arrived");
  await calm.waitForTimeout(400);
  assert.equal(await lying(), before);
});

test("a reward is painted by stamp, mouse and keys, and the link carries it", { timeout: PATIENCE }, async () => {
  const page = await opened(OC, "oc-gfn");
  assert.equal(await id(page, "painter").count(), 0, "there is nothing to paint for other rewards");
  await id(page, "field-reward").selectOption("painted");
  const canvas = id(page, "painter-canvas");
  await canvas.waitFor();
  const painted = () => new URL(page.url()).searchParams.get("painted");
  await page.waitForFunction(() => /painted=[0-9a-f]{64}/.test(location.search));
  await id(page, "stamp-clear").click();
  await page.waitForFunction(() => location.search.includes(`painted=${"0".repeat(64)}`));
  await text(page, "field-error-painted", /blank/);
  await id(page, "brush-size").fill("1");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  const at = (x, y) => [box.x + ((x + 0.5) * box.width) / 8, box.y + ((y + 0.5) * box.height) / 8];
  await page.mouse.move(...at(2, 1));
  await page.mouse.down();
  await page.mouse.move(...at(5, 1), { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => location.search.includes("00ffff00"));
  assert.equal(painted().slice(8, 16), "00ffff00");
  await canvas.focus();
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowLeft");
  for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("7");
  await page.waitForFunction(() => /painted=[0-9a-f]{56}70000000/.test(location.search));
  const link = new URL(page.url());
  const again = await opened(OC + `&reward=painted&painted=${painted()}`, "oc-gfn");
  await id(again, "painter-canvas").waitFor();
  assert.match(await id(again, "painter-canvas").getAttribute("aria-label"), /5 painted/);
  assert.equal(link.searchParams.get("reward"), "painted");
});

test("every stroke starts the job anew, and cancels the one that runs", { timeout: PATIENCE }, async () => {
  const page = await opened(`${OC}&reward=painted`, "oc-gfn");
  await id(page, "sample-at-once").check();
  await id(page, "stamp-corners").click();
  await id(page, "cancel-button").waitFor();
  await shown(page, "preview", VIEW);
  await id(page, "stamp-ring").click();
  await shown(page, "sample", VIEW);
  const painting = new URL(page.url()).searchParams.get("painted");
  await id(page, "search").fill("painted");
  await text(page, "draws", new RegExp(`painted ${painting}`));
  assert.match(await jobEnds(page), /^Done/);
  await picture(page, "objects-painted");
});

test("learners race to the exact value while they learn", { timeout: PATIENCE }, async () => {
  const page = await opened(FL, "fl-gfn", { example: false });
  await text(page, "boards-message", /Press Sample/);
  await sample(page);
  await shown(page, "sample", VIEW);
  assert.equal(await id(page, VIEW).getAttribute("data-shape"), "4");
  const chart = page.locator('[data-testid="race"] svg.plot');
  assert.match(await chart.getAttribute("aria-label"), /log Z against steps of learning: FL pinned 2\.99\d* at step 20.*exact value 3/);
  assert.match(await id(page, "standings").textContent(), /FL pinned3200/);
  await page.locator('[data-testid="measure-total_variation"]').check({ force: true });
  await page.waitForFunction(() => /Total variation/.test(document.querySelector('[data-testid="race"] svg.plot').getAttribute("aria-label")));
  assert.match(await page.locator(".board.inclusion svg").first().getAttribute("aria-label"), /apart from the exact values by 0\.0000/);
  await picture(page, "objects-race");
});

test("several seeds are a band behind the mean", { timeout: PATIENCE }, async () => {
  const page = await opened(`${FL}&seeds=3`, "seeds");
  const chart = page.locator('[data-testid="race"] svg.plot');
  assert.equal(await chart.locator("polygon").count(), 4, "a band for each learner");
  assert.match(await chart.getAttribute("aria-label"), /FL pinned 2\.99\d* \(from 2\.9\d* to 3\.\d*\) at step 20/);
  const race = (await exported(page, "race")).csv.toString().split("\n");
  assert.equal(race[0], "step,learner,measure,value,least,greatest,exact");
  assert.match(race.at(-2), /^20,TB,total_variation,[\d.e-]+,,,$/);
  await picture(page, "objects-seeds");
});

test("molecules are drawn, away from the page and only where there are any", { timeout: PATIENCE }, async () => {
  const sets = await opened(FL, "fl-gfn");
  await sets.waitForTimeout(300);
  assert.deepEqual(sets.asked.filter((path) => /depiction|openchemlib/.test(path)), []);
  const page = await opened(MOL, "molecules");
  const board = id(page, "board-0");
  const drawn = board.locator('[data-testid="molecule"][data-state="drawn"] img');
  await drawn.nth(5).waitFor({ timeout: PATIENCE / 4 });
  assert.equal(await drawn.count(), 6);
  assert.equal(await drawn.nth(1).getAttribute("alt"), "Structure of c1ccccc1");
  const size = await drawn.nth(2).evaluate(async (image) => (await image.decode(), [image.naturalWidth, image.naturalHeight]));
  assert.ok(size.every((length) => length > 20), `a picture of ${size}`);
  const refused = board.locator('[data-testid="molecule"][data-state="refused"]');
  assert.equal(await refused.textContent(), "C1CCreward 0.300", "an open ring is no molecule: it stays text");
  assert.match(await board.locator("svg.plot").getAttribute("aria-label"), /rewards of 60 molecules/);
  await board.locator(".best-seen summary").click();
  assert.match(await board.locator(".best-seen").textContent(), /The best 7 as SMILES.*CC\(=O\)Nc1ccc\(O\)cc1/);
  const { smi } = await exported(page, "smiles");
  assert.equal(smi.toString().split("\n")[2], "CC(=O)Nc1ccc(O)cc1\tdraw 3");
  const records = (await exported(page, "sdf")).sdf.toString().split("$$$$\n");
  assert.equal(records.length, 7);
  assert.match(records[0], /\n +3 +2 .*V2000\n[\s\S]*M {2}END\n> <SMILES>\nCCO\n\n> <log_prob>\n-3\n\n> <log_reward>\n-1\n/);
  await picture(page, "objects-molecules");
});

test("a front is found, and three objectives can be turned", { timeout: PATIENCE }, async () => {
  const page = await opened(OP, "op-gfn");
  const plot = page.locator(".board.points svg").first();
  assert.match(await plot.getAttribute("aria-label"), /3 of 3 points of the exact front were drawn/);
  const before = await plot.innerHTML();
  await id(page, "axis-y").selectOption("2");
  await page.waitForFunction((before) => document.querySelector(".board.points svg").innerHTML !== before, before);
  await id(page, "toggle-turned").click();
  await id(page, "turn").waitFor();
  await picture(page, "objects-front");
});

test("sequences are a logo, architectures a drawing", { timeout: PATIENCE }, async () => {
  const page = await opened("/systems/op-gfn?preset=cell", "cell");
  assert.match(await page.locator(".cell-drawing").getAttribute("aria-label"), /0 to 1: nor_conv_3x3.*1 to 2: none/);
  await page.locator(".best-seen summary").first().click();
  await picture(page, "objects-cell");
  const dna = await opened("/systems/oc-gfn?preset=tfbind8", "tfbind8");
  assert.match(await dna.locator(".logo").first().getAttribute("aria-label"), /A 95 %, C 95 %.*best seen ACGTACGT/);
  await picture(dna, "objects-logo");
});

test("draws are sorted, searched and followed, and everything comes as a file", { timeout: PATIENCE }, async () => {
  const page = await opened(OC, "oc-gfn");
  await text(page, "draws-count", /4 draws of 3 different objects/);
  const first = page.locator('[data-testid="draws"] tbody th').first();
  assert.equal(await first.textContent(), "4,6");
  await page.locator('[data-testid="order-count"]').check({ force: true });
  await first.filter({ hasText: "3,5" }).waitFor();
  await id(page, "way-0").click();
  assert.match(await text(page, "way", /The way to 3,5/), /0,01,03,5/);
  await id(page, "search").fill("4,");
  await text(page, "draws-count", /1 shown/);
  const lines = (await exported(page, "jsonl")).jsonl.toString().trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual([lines.length, lines[0].object, lines[0].log_prob], [4, "3,5", -2.5]);
  assert.match((await exported(page, "csv")).csv.toString(), /^object,log_prob,log_reward\n"3,5",-2.5,0.25\n/);
  const race = (await exported(page, "race")).csv.toString().split("\n");
  assert.equal(race.length, 1 + 21 * 4 + 1);
  assert.match((await exported(page, "svg")).svg.toString(), /<svg[\s\S]*from scratch/);
  const { png } = await exported(page, "png");
  assert.equal(png.toString("latin1", 1, 4), "PNG");
  assert.equal(Math.max(png.readUInt32BE(16), png.readUInt32BE(20)), 2400);
  assert.match((await exported(page, "race-svg")).svg.toString(), /exact value 3/);
});

test("files of draws are opened, bad ones refused by their line", { timeout: PATIENCE }, async () => {
  const page = await opened(OC, "oc-gfn");
  await openFile(page, "bad.jsonl", '{"object":"1,1","log_prob":-1}\n{"object":"1,2"}\n');
  assert.match(await text(page, "problem", /bad\.jsonl/), /line 2: missing field `log_prob`/);
  await shown(page, "example", VIEW);
  await openFile(page, "good.jsonl", '{"object":"1,1","log_prob":-1}\n');
  await shown(page, "file", VIEW);
  await text(page, "draws-count", /1 draws? of 1 different/);
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing on these pages, ${colorScheme}`, { timeout: PATIENCE }, async () => {
    const pages = { "oc-gfn": `${OC}&reward=painted`, "fl-gfn": FL, "op-gfn": OP, cell: "/systems/op-gfn?preset=cell", molecules: MOL, seeds: `${FL}&seeds=3` };
    for (const [kind, address] of Object.entries(pages)) {
      const page = await opened(address, kind, { colorScheme, bypassCSP: true });
      if (kind === "molecules") await page.locator('[data-state="drawn"] img').nth(11).waitFor();
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document));
      const found = violations.map((v) => `${kind}: ${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
      assert.deepEqual(found, []);
      await picture(page, `objects-${kind}-${colorScheme}`);
      await page.context().close();
    }
  });
}

test("these pages fit a phone", { timeout: PATIENCE }, async () => {
  const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  for (const [kind, address] of Object.entries({ "oc-gfn": `${OC}&reward=painted`, "fl-gfn": FL, cell: "/systems/op-gfn?preset=cell", molecules: MOL })) {
    const page = await opened(address, kind, phone);
    if (kind === "molecules") {
      await page.locator('[data-state="drawn"] img').nth(11).waitFor({ state: "attached" });
      assert.equal(await page.locator("ul.molecules").first().locator("img:visible").count(), 4, "the best are enough");
    }
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await picture(page, `objects-${kind}-phone`);
    assert.ok(width <= 360, `${kind} is ${width} pixels wide`);
  }
});

test("the real learners learn", { timeout: PATIENCE }, async () => {
  const page = await on.open("/systems/fl-gfn?preset=set-small&steps=30&count=50");
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  await text(page, "draws-count", /50 draws/);
  assert.ok(Number(await id(page, VIEW).getAttribute("data-shape")) > 0);
  await page.waitForSelector('[data-testid="race"] svg.plot');
});

test("real learners draw real molecules", { timeout: PATIENCE }, async () => {
  const page = await on.open("/systems/fl-gfn?preset=molecules&learners=forward-looking&steps=2&batch_size=4&count=10");
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  await text(page, "draws-count", /10 draws/);
  await page.locator('[data-testid="molecule"][data-state="drawn"]').nth(11).waitFor({ timeout: PATIENCE / 4 });
  assert.equal(await page.locator('[data-testid="molecule"][data-state="refused"]').count(), 0);
});

test("nothing on these pages complains", () => {
  assert.deepEqual(on.complaints, []);
});
