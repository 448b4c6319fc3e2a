import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";
import test, { after, before } from "node:test";
import { inflateSync } from "node:zlib";
import { DIST, PATIENCE, dropFile, exported, id, openFile, picture, sample, shown, stage } from "./support.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MANIFEST = JSON.parse(readFileSync(path.join(DIST, "manifest.json")));
const PAGE = "/systems/crysbfn";
const VIEW = "structure-view";

// Strontium titanate, cubic, a = 3.905 Å (ICSD's value at room temperature), all atoms written out.
const PEROVSKITE = `data_SrTiO3
_cell_length_a 3.905
_cell_length_b 3.905
_cell_length_c 3.905
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'P 1'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Sr1 Sr 0 0 0
Ti1 Ti 0.5 0.5 0.5
O1 O 0.5 0.5 0
O2 O 0.5 0 0.5
O3 O 0 0.5 0.5
`;
const WATER = ["0.00", "0.05", "0.10"].map((x) => `3\nwater at ${x}\nO ${x} 0 0\nH 0.757 0.586 0\nH -0.757 0.586 0\n`).join("");
const ETHYNE = `ethyne

along y, across the view, the middle of its triple bond in the middle
  4  3  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0
    0.0000    1.2030    0.0000 C   0  0
    0.0000   -1.0630    0.0000 H   0  0
    0.0000    2.2660    0.0000 H   0  0
  1  2  3  0
  1  3  1  0
  2  4  1  0
M  END
`;

let on;
before(async () => (on = await stage()));
after(() => on?.stop());

async function opened(options = {}) {
  const page = await on.open(PAGE, options);
  await id(page, "file-open").waitFor({ state: "attached" });
  await openFile(page, "SrTiO3.cif", PEROVSKITE);
  await shown(page, "file", VIEW);
  return page;
}

const cellOf = (page, key) => page.locator(`[data-testid="metrics"] tr[data-key="${key}"] td`).first();

async function waitForText(locator, pattern) {
  const end = Date.now() + PATIENCE / 4;
  let text = "";
  while (Date.now() < end) {
    text = (await locator.textContent({ timeout: 5_000 }).catch(() => "")) ?? "";
    if (pattern.test(text)) return text;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${pattern} does not come: ${text}`);
}

test("a CIF file is shown, told in words, measured, and comes out in other formats", { timeout: PATIENCE }, async () => {
  const page = await opened();
  assert.equal(await id(page, VIEW).getAttribute("data-shape"), "5");
  assert.match(await id(page, "caption").textContent(), /SrTiO3\.cif: SrTiO₃, 5 atoms/);
  assert.match(await id(page, "structure-summary").textContent(), /Crystal of SrTiO3\. 5 atoms.*a 3\.905.*59\.5/);
  await waitForText(cellOf(page, "space_group"), /\(221\)/);
  assert.match(await cellOf(page, "density").textContent(), /^5\.1/);
  assert.match(await cellOf(page, "structure_valid").textContent(), /✓/);
  await page.waitForSelector('[data-testid="metrics"] svg.plot');
  await picture(page, "crystal-file");

  const { cif } = await exported(page, "cif");
  const text = cif.toString();
  assert.ok(Math.abs(Number(/_cell_length_a\s+([\d.]+)/.exec(text)[1]) - 3.905) < 1e-6);
  assert.equal(text.split("\n").filter((line) => /^\s*(Sr|Ti|O)\S*\s/.test(line)).length, 5);
  const { vasp } = await exported(page, "poscar");
  assert.match(vasp.toString(), /Sr\s+Ti\s+O[\s\S]*1\s+1\s+3/);
  const { extxyz } = await exported(page, "extxyz");
  assert.match(extxyz.toString(), /^5\n.*Lattice="3\.905/);
  const { glb } = await exported(page, "gltf");
  assert.equal(glb.toString("latin1", 0, 4), "glTF");
  const document = JSON.parse((await exported(page, "json")).json);
  assert.deepEqual(document.frames[0].structure.elements, ["Sr", "Ti", "O", "O", "O"]);
  assert.ok(Math.abs(document.measures.minimal_distance - 3.905 / 2) < 1e-9);
});

test("the picture comes at twice the canvas, without the ground", { timeout: PATIENCE }, async () => {
  const page = await opened();
  // A canvas has the browser's own size until its view has fitted it.
  await page.waitForFunction(() => document.querySelector('[data-testid="view-canvas"]').width > 300);
  const canvas = await id(page, "view-canvas").evaluate((c) => [c.width, c.height]);
  const { png } = await exported(page, "png");
  const size = [png.readUInt32BE(16), png.readUInt32BE(20)];
  assert.deepEqual(size, canvas.map((side) => 2 * side));
  const chunks = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") chunks.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const rows = inflateSync(Buffer.concat(chunks));
  // The first pixel of the first row has no neighbours: every PNG filter leaves it as it is.
  assert.equal(png[25], 6, "red, green, blue, alpha");
  assert.equal(rows[4], 0, "the corner is transparent");
});

test("files that cannot be read are refused precisely, and what was shown stays", { timeout: PATIENCE }, async () => {
  const page = await opened();
  const bad = {
    "nan.cif": [PEROVSKITE.replace("_cell_length_a 3.905", "_cell_length_a nan"), /CIF/],
    "flat.cif": [PEROVSKITE.replace("_cell_angle_gamma 90", "_cell_angle_gamma 180"), /CIF/],
    "unknown.cif": [PEROVSKITE.replace("Sr1 Sr 0 0 0", "Xx1 Xx 0 0 0"), /line/],
    "huge.xyz": ["1000000000\nannounced\nH 0 0 0\n", /XYZ/],
    "notes.txt": ["nothing of that kind\n", /none of the formats/],
  };
  for (const [name, [text, reason]] of Object.entries(bad)) {
    await dropFile(page, name, text);
    const told = await waitForText(id(page, "problem"), new RegExp(name.replace(".", "\\.")));
    assert.match(told, reason, name);
    assert.match(await id(page, "caption").textContent(), /SrTiO3\.cif/);
  }
  await dropFile(page, "water.xyz", WATER);
  await waitForText(id(page, "caption"), /H₂O/);
  assert.equal((await id(page, "problem").textContent()).trim(), "");
  await dropFile(page, "SrTiO3.cif", PEROVSKITE, "body");
  await waitForText(id(page, "caption"), /SrTiO3\.cif/);
});

test("atoms are selected by keyboard and by mouse, and measured", { timeout: PATIENCE }, async () => {
  const page = await opened();
  await page.locator('[data-testid="atoms"] > summary').focus();
  await page.keyboard.press("Enter");
  for (const atom of [3, 2, 4]) {
    await id(page, `atom-${atom}`).focus();
    await page.keyboard.press("Space");
  }
  const text = await waitForText(id(page, "selection"), /Angle/);
  assert.match(text, /Distance 1–2 1\.9525 Å/);
  assert.match(text, /Angle 1–2–3 90\.00°/);
  await page.getByRole("button", { name: "Clear the selection" }).click();
  await id(page, "view-canvas").scrollIntoViewIfNeeded();
  const box = await id(page, "view-canvas").boundingBox();
  // Titanium sits in the middle of the cell, and the cell in the middle of the view; beside it, where no bond is before.
  const at = [box.x + box.width / 2 - 20, box.y + box.height / 2];
  await page.mouse.move(...at);
  await waitForText(id(page, "atom-tip"), /Ti 2.*fractional 0\.5000, 0\.5000, 0\.5000/);
  await page.mouse.click(...at);
  await waitForText(id(page, "selection"), /Ti 2/);
  await picture(page, "crystal-selection");
  await page.getByRole("button", { name: "Clear the selection" }).click();
  await dropFile(page, "ethyne.mol", ETHYNE);
  await waitForText(id(page, "caption"), /C₂H₂/);
  // The buttons that were pressed lie below: the view may have left the window.
  await id(page, "view-canvas").evaluate((canvas) => canvas.scrollIntoView({ block: "center", behavior: "instant" }));
  const canvas = await id(page, "view-canvas").boundingBox();
  const middle = [canvas.x + canvas.width / 2, canvas.y + canvas.height / 2];
  // The molecule is drawn a little after it is named, and only a pointer that moves asks what is under it.
  const trembling = setInterval(() => page.mouse.move(middle[0] + Math.random(), middle[1]).catch(() => {}), 500);
  await waitForText(id(page, "atom-tip"), /C 1 – C 2.*triple bond.*length 1\.2030 Å/).finally(() => clearInterval(trembling));
  await page.mouse.click(...middle);
  await waitForText(id(page, "selection"), /Distance 1–2 1\.2030 Å/);
});

test("the shares of mixed sites are listed", { timeout: PATIENCE }, async () => {
  const page = await opened();
  const mixed = PEROVSKITE.replace("Sr1 Sr 0 0 0", "Sr1 Sr 0 0 0 0.7\nBa1 Ba 0 0 0 0.2")
    .replace("_atom_site_fract_z\n", "_atom_site_fract_z\n_atom_site_occupancy\n")
    .replace(/^((?:Ti|O)\d .*)$/gm, "$1 1");
  await dropFile(page, "mixed.cif", mixed);
  await waitForText(id(page, "file-notes"), /table of atoms has the shares/);
  await page.locator('[data-testid="atoms"] > summary').click();
  await waitForText(id(page, "atoms"), /Sr 1.*Sr 70 %, Ba 20 %, empty 10 %/);
  await waitForText(id(page, "metrics"), /none found|P m -3 m/);
  await picture(page, "crystal-mixed-site");
});

test("elements hide, cells multiply, styles and views change without a complaint", { timeout: PATIENCE }, async () => {
  const page = await opened();
  const before = await id(page, VIEW).screenshot();
  await id(page, "element-O").click();
  assert.equal(await id(page, "element-O").getAttribute("aria-pressed"), "false");
  for (const axis of ["a", "b", "c"]) {
    await id(page, `cells-${axis}`).fill("2");
    await id(page, `cells-${axis}`).press("Enter");
  }
  for (const style of ["spacefill", "sticks", "polyhedra", "ball-and-stick"]) {
    await page.locator(`[data-testid="style-${style}"]`).check({ force: true });
  }
  for (const button of ["view-a", "view-b", "view-c", "toggle-shadows", "toggle-contours", "toggle-parallel"]) {
    await id(page, button).click();
  }
  await page.locator('[data-testid="labels-numbers"]').check({ force: true });
  await page.waitForSelector(".atom-label");
  await picture(page, "crystal-supercell");
  assert.notDeepEqual(await id(page, VIEW).screenshot(), before);
  assert.equal((await id(page, "problem").textContent()).trim(), "");
  await id(page, "cells-a").fill("999");
  await id(page, "cells-a").press("Enter");
  await page.waitForFunction(() => document.querySelector('[data-testid="cells-a"]').value === "10");
});

test("a movie is played, scrubbed, and saved with every step", { timeout: PATIENCE }, async () => {
  const page = await on.open(PAGE);
  await id(page, "file-open").waitFor({ state: "attached" });
  await openFile(page, "water.xyz", WATER);
  await shown(page, "file", VIEW);
  assert.equal(await id(page, "player").getAttribute("data-moments"), "3");
  assert.match(await id(page, "moment").textContent(), /3 of 3, water at 0\.10/);
  await id(page, "scrub").focus();
  await page.keyboard.press("Home");
  await waitForText(id(page, "moment"), /1 of 3, water at 0\.00/);
  await id(page, "play").click();
  await waitForText(id(page, "moment"), /3 of 3/);
  await waitForText(id(page, "play"), /Play/);
  const { extxyz } = await exported(page, "trajectory");
  assert.equal(extxyz.toString().split("\n").filter((line) => line.trim() === "3").length, 3);
});

for (const [what, address] of [["the example", "**/example.*.json"], ["the list of all files", "**/manifest.json"]]) {
  test(`a file that is opened while ${what} loads is not replaced by the example`, { timeout: PATIENCE }, async () => {
    // A service worker would fetch past the route.
    const page = await on.open("/", { serviceWorkers: "block" });
    let release;
    const held = new Promise((resolve) => (release = resolve));
    await page.route(address, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(on.url + PAGE);
    await id(page, "file-open").waitFor({ state: "attached" });
    await openFile(page, "SrTiO3.cif", PEROVSKITE);
    await shown(page, "file", VIEW);
    const loaded = page.waitForResponse(/example\.[0-9a-f]+\.json/);
    release();
    await (await loaded).finished();
    await page.waitForTimeout(300);
    await shown(page, "file", VIEW);
  });
}

test("arrows show the forces of a file, or where the next step leads", { timeout: PATIENCE }, async () => {
  const page = await opened();
  assert.equal(await id(page, "toggle-arrows").count(), 0, "one structure goes nowhere");
  const atoms = [["Sr", "0 0 0", "0.5 0 0"], ["Ti", "2 2 2", "0 -1.25 0"]].map((atom) => atom.join(" "));
  const cell = 'Lattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3:forces:R:3';
  await openFile(page, "forces.extxyz", `2\n${cell}\n${atoms.join("\n")}\n`);
  await waitForText(id(page, "caption"), /forces\.extxyz/);
  const alone = (await exported(page, "png")).png;
  await waitForText(id(page, "toggle-arrows"), /Arrows: forces/);
  await id(page, "toggle-arrows").click();
  await waitForText(id(page, "arrows-note"), /“forces”: the longest of all steps, 1\.25 in the file's unit, is drawn 2 Å long/);
  assert.ok(!(await exported(page, "png")).png.equals(alone), "arrows are drawn");
  await picture(page, "crystal-forces");
  const document = JSON.parse((await exported(page, "json")).json);
  assert.deepEqual(document.frames[0].vectors, { name: "forces", values: [[0.5, 0, 0], [0, -1.25, 0]] });

  // They stay on.
  await openFile(page, "leap.xyz", "2\n\nO 0 0 0\nH 0 0 3\n2\n\nO 3 0 0\nH 0 0 3\n");
  await waitForText(id(page, "toggle-arrows"), /Arrows: next step/);
  assert.equal(await id(page, "toggle-arrows").getAttribute("aria-pressed"), "true");
  await id(page, "scrub").focus();
  await page.keyboard.press("Home");
  await waitForText(id(page, "moment"), /1 of 2/);
  const leaping = (await exported(page, "png")).png;
  await picture(page, "crystal-leap");
  await id(page, "toggle-arrows").click();
  assert.ok(!(await exported(page, "png")).png.equals(leaping), "the oxygen leaps");
});

test("the records of a collection stand side by side", { timeout: PATIENCE }, async () => {
  const page = await on.open(PAGE);
  await id(page, "file-open").waitFor({ state: "attached" });
  await openFile(page, "two.cif", PEROVSKITE + PEROVSKITE.replace("data_SrTiO3", "data_second").replaceAll("3.905", "4.2"));
  await shown(page, "file", VIEW);
  await id(page, "specimen-1").click();
  await waitForText(id(page, "structure-summary"), /a 4\.200/);
  assert.equal(await id(page, "specimen-1").getAttribute("aria-pressed"), "true");
});

test("a formula is read while it is typed and picked from the periodic table", { timeout: PATIENCE }, async () => {
  const page = await on.open(PAGE);
  const field = id(page, "field-composition");
  await field.fill("SrTiO₃");
  await waitForText(id(page, "composition-read"), /SrTiO₃: 5 atoms \(O 3, Ti 1, Sr 1\)/);
  assert.equal(new URL(page.url()).searchParams.get("composition"), "SrTiO₃");
  await field.fill("SrXx");
  await waitForText(id(page, "field-error-composition"), /This is no formula: /);
  await field.fill("CsPbI3");
  await waitForText(id(page, "field-error-composition"), /This holds I, which is in no crystal/);
  await field.fill("");
  await page.locator('[data-testid="periodic-table"] > summary').click();
  await id(page, "pick-Ti").click();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await waitForText(id(page, "composition-read"), /TiV: 2 atoms|VTi: 2 atoms/);
  // Dispatched: Playwright does not click what is disabled.
  await id(page, "pick-I").dispatchEvent("click");
  assert.equal(await id(page, "pick-I").getAttribute("aria-disabled"), "true");
  assert.match(await id(page, "composition-read").textContent(), /: 2 atoms/);
  await picture(page, "crystal-periodic-table");
});

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing on the crystal page, ${colorScheme}`, { timeout: PATIENCE }, async () => {
    const page = await opened({ colorScheme, bypassCSP: true });
    await page.locator('[data-testid="periodic-table"] > summary').click();
    await page.locator('[data-testid="atoms"] > summary').click();
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    const found = violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
    assert.deepEqual(found, []);
    await picture(page, `crystal-${colorScheme}`);
  });
}

test("the crystal page fits a phone", { timeout: PATIENCE }, async () => {
  const page = await opened({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  await page.locator('[data-testid="periodic-table"] > summary').click();
  await page.locator('[data-testid="atoms"] > summary').click();
  await picture(page, "crystal-phone");
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 360, `${width} pixels wide`);
});

test("a batch is sampled, every step is kept, and a link repeats it", { timeout: PATIENCE }, async () => {
  const page = await on.open(`${PAGE}?preset=perov-small&composition=SrTiO3&steps=5&count=2&device=cpu`);
  await id(page, "seed").fill("7");
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  assert.equal(await page.locator(".specimen").count(), 2);
  await page.waitForSelector('[data-testid="certainty"] svg.plot');
  const steps = (await exported(page, "trajectory")).extxyz.toString();
  assert.ok(steps.split("\n").filter((line) => line.trim() === "5").length >= 5, "every step is a frame");
  await waitForText(cellOf(page, "formula"), /SrTiO3/);
  const first = (await exported(page, "batch")).extxyz.toString();
  await picture(page, "crystal-batch");
  const link = new URL(page.url());
  assert.equal(link.searchParams.get("count"), "2");
  const second = await on.open(link.pathname + link.search);
  await second.waitForFunction(() => /^Done/.test(document.querySelector('[data-testid="status"]')?.textContent ?? ""));
  assert.equal((await exported(second, "batch")).extxyz.toString(), first);
});

test("a batch is divided among the cores, and is the same as if it were not", { timeout: PATIENCE }, async () => {
  const made = {};
  for (const cores of [1, 2]) {
    // What the service worker fetches cannot be replaced.
    const page = await on.open("/healthz", { serviceWorkers: "block" });
    await page.route(`**${MANIFEST["worker.js"].path}`, async (route) => {
      const body = `Object.defineProperty(navigator, "hardwareConcurrency", { value: ${cores} });\n`;
      await route.fulfill({ contentType: "text/javascript", body: body + readFileSync(path.join(DIST, MANIFEST["worker.js"].path)) });
    });
    const started = new Set();
    page.on("worker", (worker) => started.add(worker));
    await page.goto(`${on.url}${PAGE}?preset=perov-small&steps=5&count=16&seed=7&device=cpu`);
    const threads = cores === 1 ? "one thread" : `${cores} threads`;
    // The first batches do not wait for the other cores.
    for (let tries = 0; tries < 20; tries++) {
      assert.match(await sample(page), /^Done/);
      if ((await id(page, "backend").textContent()).includes(threads)) break;
    }
    assert.match(await id(page, "backend").textContent(), new RegExp(`^CPU · WebAssembly SIMD, ${threads}`));
    assert.equal(started.size, cores);
    assert.equal(await page.locator(".specimen").count(), 16);
    assert.equal(await page.locator('.specimen[aria-pressed="true"] .specimen-number').textContent(), "16", "the last is in view");
    made[cores] = (await exported(page, "batch")).extxyz.toString();
    // All of them stop, and are free for the next.
    await id(page, "field-steps").fill("200");
    await id(page, "sample-button").click();
    await page.waitForFunction(() => {
      const at = (name) => document.querySelector(`[data-testid="${name}"]`);
      return /step \d+ of 200/.test(at("status").textContent) && (at("cancel-button")?.click(), true);
    });
    await waitForText(id(page, "status"), /^Cancelled/);
    await id(page, "field-steps").fill("5");
    assert.match(await sample(page), /^Done/);
    assert.equal((await exported(page, "batch")).extxyz.toString(), made[cores]);
  }
  assert.equal(made[2], made[1]);
});

test("a surprise is sampled, and told from the nearest crystal of the training data", { timeout: PATIENCE }, async () => {
  const page = await on.open(`${PAGE}?preset=perov-small&steps=5&device=cpu`);
  await shown(page, "example", VIEW);
  const field = id(page, "field-composition");
  const before = await field.inputValue();
  await id(page, "surprise").click();
  await page.waitForFunction(
    ([selector, before]) => document.querySelector(selector).value !== before,
    ['[data-testid="field-composition"]', before],
  );
  await waitForText(id(page, "composition-read"), /: 5 atoms/);
  assert.match(await sample(page), /^Done/);
  await shown(page, "sample", VIEW);
  await id(page, "find-nearest").click();
  await waitForText(id(page, "nearest"), /Nearest of 3787 training crystals: \S+ \(fingerprint distance [\d.]+(·10⁻\S+)?\)/);
  await picture(page, "crystals-nearest");
  const alone = (await exported(page, "png")).png;
  await id(page, "compare").click();
  await waitForText(id(page, "compare-note"), /laid over the sample and stretched to its cell/);
  assert.ok(!(await exported(page, "png")).png.equals(alone), "the nearest lies over the sample");
  await picture(page, "crystals-compared");

  // The ablations learn from the same crystals, which are not loaded again.
  const loaded = [];
  page.on("request", (request) => request.url().includes("perov_5_val") && loaded.push(request.url()));
  await id(page, "ablation-certainty").check({ force: true });
  await id(page, "seed").fill("11");
  assert.match(await sample(page), /^Done/);
  await waitForText(id(page, "nearest"), /Nearest of 3787 training crystals/);
  assert.deepEqual(loaded, []);
});

test("a part of the method is taken out, and formula and seed stay", { timeout: PATIENCE }, async () => {
  const page = await on.open(`${PAGE}?preset=perov-small&composition=SrTiO3&steps=5&device=cpu`);
  await id(page, "seed").fill("7");
  const made = new Set();
  for (const [part, preset] of [
    ["nothing", "perov-small"],
    ["certainty", "perov-time-only"],
    ["schedule", "perov-exponential"],
    ["torus", "perov-gaussian"],
  ]) {
    await id(page, `ablation-${part}`).check({ force: true });
    assert.equal(await id(page, "preset").inputValue(), preset);
    assert.equal(await id(page, "field-composition").inputValue(), "SrTiO3");
    assert.match(await sample(page), /^Done/);
    await shown(page, "sample", VIEW);
    made.add((await exported(page, "extxyz")).extxyz.toString());
    const link = new URL(page.url()).searchParams;
    assert.deepEqual([link.get("seed"), link.get("preset") ?? "perov-small"], ["7", preset]);
    await id(page, "scores").locator("tbody tr").filter({ hasText: "no learning" }).nth(2).waitFor();
  }
  assert.equal(made.size, 4, "each model makes its own crystal");
  await picture(page, "crystals-ablation");
  await id(page, "preset").selectOption("carbon-small");
  await id(page, "ablation").waitFor({ state: "detached" });
});

test("scores stand beside what needs no learning, and the circle's figure follows its choices", { timeout: PATIENCE }, async () => {
  const page = await on.open(`${PAGE}?preset=perov-small&device=cpu`);
  const scores = id(page, "scores").locator("tbody tr");
  await scores.first().waitFor();
  assert.equal(await scores.filter({ hasText: "no learning" }).count(), 3);
  assert.ok((await scores.filter({ hasText: "this model" }).count()) >= 3);
  await id(page, "preset").selectOption("perov-ab-initio-small");
  await scores.filter({ hasText: "The training set itself" }).first().waitFor();
  await id(page, "preset").selectOption("perov-small");
  await scores.filter({ hasText: "Ideal cubic perovskite" }).first().waitFor();
  const circle = id(page, "circle");
  await circle.scrollIntoViewIfNeeded();
  await circle.locator("svg").first().waitFor();
  const figures = new Set();
  for (const sampler of ["vanilla", "end back"]) {
    await id(page, `circle-${sampler}`).check({ force: true });
    for (const n of [5, 50]) {
      await id(page, `circle-n-${n}`).check({ force: true });
      await waitForText(id(page, "circle-finding"), new RegExp(`in ${n} steps: .+ 0\\.\\d+ away`));
      figures.add(await circle.locator("svg").first().innerHTML());
    }
  }
  assert.equal(figures.size, 4, "each choice has its figure");
  await picture(page, "crystals-circle");
});

test("nothing on these pages complains", () => {
  assert.deepEqual(on.complaints, []);
});
