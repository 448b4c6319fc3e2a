// Same atoms, same picture size, same browser: our structure view against 3Dmol.js.
//
// A ball of carbon atoms in the diamond arrangement with its bonds, turned a little for every frame. Both draw several
// frames and then wait until the last is finished; the time is shared among them. 3Dmol.js would draw twice the pixels
// along each side by default; here both draw as many as the canvas has. Ours draws on WebGPU and on WebGL2, 3Dmol.js on
// WebGL2.
//
//   node e2e/bench/structure-view.mjs [ATOMS …]      1000 10000 100000 if none are given; RUNS, SECONDS, STYLES, WIDTH
//                                                    and HEIGHT by environment
//
// No viewer draws a scene for longer than SECONDS (10), so on a software adapter large scenes are measured on few frames.

import path from "node:path";
import { inTurns, line, stage } from "./drawing.mjs";

const ATOMS = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000, 10_000, 100_000];
const MOST_ATOMS = 1_000_000;
if (!ATOMS.every((count) => Number.isInteger(count) && count > 0 && count <= MOST_ATOMS)) {
  throw new Error(`numbers of atoms must be whole and between 1 and ${MOST_ATOMS}`);
}
const RUNS = Number(process.env.RUNS ?? 6);
const STYLES = (process.env.STYLES ?? "spacefill,ball-and-stick").split(",");

/** `count` atoms nearest to the middle of a diamond, with the bonds between them. */
function diamond(count) {
  const edge = 3.567;
  const basis = [[0, 0, 0], [0, 2, 2], [2, 0, 2], [2, 2, 0], [1, 1, 1], [1, 3, 3], [3, 1, 3], [3, 3, 1]];
  const reach = Math.ceil(Math.cbrt(count / 8 / (4 / 3) / Math.PI) + 1);
  const sites = [];
  for (let x = -reach; x <= reach; x++)
    for (let y = -reach; y <= reach; y++)
      for (let z = -reach; z <= reach; z++)
        for (const [a, b, c] of basis) sites.push([4 * x + a, 4 * y + b, 4 * z + c]);
  const square = ([x, y, z]) => (x - 0.3) ** 2 + (y - 0.2) ** 2 + (z - 0.1) ** 2;
  const chosen = sites.sort((a, b) => square(a) - square(b)).slice(0, count);
  const index = new Map(chosen.map((site, i) => [site.join(), i]));
  const bonds = [];
  // These directions lead from one half of the sites to the other, so each bond is met once.
  chosen.forEach(([x, y, z], i) => {
    for (const [a, b, c] of [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) {
      const j = index.get([x + a, y + b, z + c].join());
      if (j !== undefined) bonds.push(i, j);
    }
  });
  const positions = chosen.flatMap((site) => site.map((n) => (n * edge) / 4));
  return { positions, bonds };
}

const ours = async ({ atoms, backend, width, height, ...pace }) => {
  const { default: init, Atoms } = await import("/bench_page.js");
  await init({ module_or_path: "/bench_page_bg.wasm" });
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  document.body.append(canvas);
  const view = await Atoms.open(canvas, backend);
  const numbers = new Uint8Array(atoms.positions.length / 3).fill(6);
  view.show(numbers, Float64Array.from(atoms.positions), Uint32Array.from(atoms.bonds), atoms.style);
  return { times: await measure((frames) => view.frames(frames), pace), backend: view.backend() };
};

const theirs = async ({ atoms, width, height, ...pace }) => {
  await new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: "/3dmol.js", onload: resolve, onerror: reject });
    document.head.append(script);
  });
  const box = document.createElement("div");
  box.style.cssText = `width:${width}px;height:${height}px;position:relative`;
  document.body.append(box);
  const viewer = $3Dmol.createViewer(box, { backgroundColor: "white", upscale: false });
  const model = viewer.addModel();
  const count = atoms.positions.length / 3;
  const list = Array.from({ length: count }, (_, i) => ({
    elem: "C", x: atoms.positions[3 * i], y: atoms.positions[3 * i + 1], z: atoms.positions[3 * i + 2],
    bonds: [], bondOrder: [], serial: i,
  }));
  for (let i = 0; i < atoms.bonds.length; i += 2) {
    const [a, b] = [atoms.bonds[i], atoms.bonds[i + 1]];
    list[a].bonds.push(b);
    list[a].bondOrder.push(1);
    list[b].bonds.push(a);
    list[b].bondOrder.push(1);
  }
  model.addAtoms(list);
  // The radii of our styles: van der Waals; half the covalent radius and sticks of 0.11 Å.
  viewer.setStyle({}, atoms.style === "spacefill" ? { sphere: { radius: 1.7 } } : { sphere: { radius: 0.38 }, stick: { radius: 0.11 } });
  viewer.zoomTo();
  viewer.render();
  // It draws off the screen and hands a bitmap to the canvas.
  const gl = viewer.getRenderer().getContext();
  const pixel = new Uint8Array(4);
  const finish = () => gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  const turn = (frames) => {
    const started = performance.now();
    for (let i = 0; i < frames; i++) viewer.rotate(1.15, "y");
    finish();
    return (performance.now() - started) / frames;
  };
  const times = await measure(turn, pace);
  return { times, backend: `${gl instanceof WebGL2RenderingContext ? "WebGL2" : "WebGL"}, ${gl.drawingBufferWidth} × ${gl.drawingBufferHeight}` };
};

const { scene, inPage, stop } = await stage({
  "/3dmol.js": path.join(import.meta.dirname, "node_modules/3dmol/build/3Dmol-min.js"),
});
try {
  console.log(`Milliseconds a frame, ${scene}\n`);
  for (const style of STYLES) {
    for (const count of ATOMS) {
      const atoms = { ...diamond(count), style };
      const bonds = atoms.bonds.length / 2;
      const input = { atoms, runs: RUNS, together: 8 };
      const results = await inTurns({
        webgpu: () => inPage(ours, { ...input, backend: "webgpu" }),
        theirs: () => inPage(theirs, input),
        webgl2: () => inPage(ours, { ...input, backend: "webgl2" }),
      });
      console.log(`**${count} atoms, ${style}${style === "spacefill" ? "" : `, ${bonds} bonds`}**\n`);
      console.log("| | median ms | quartiles ms | turns | speed against 3Dmol.js |\n|---|---|---|---|---|");
      console.log(line("Vitrine", results.webgpu, results.theirs.times));
      console.log(line("Vitrine", results.webgl2, results.theirs.times));
      console.log(`${line("3Dmol.js", results.theirs)}\n`);
    }
  }
} finally {
  stop();
}
