// Same volume, same picture size, same browser: our volume view against vtk.js.
//
// 128³ voxels of a random two-phase medium, its two phases as a translucent body and as a surface. Both draw several
// frames, turned a little each, and then wait until the last is finished. The transfer functions are alike: one phase
// nearly clear, the other nearly opaque. vtk.js ray-casts with its default sample distance; the body unlit, which is its
// default (ours has relief), the surface lit.
//
//   node e2e/bench/volume-view.mjs        SIDE=64 RUNS=3 SECONDS=5 to measure less

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { inTurns, line, stage } from "./drawing.mjs";

const SIDE = Number(process.env.SIDE ?? 128);
const RUNS = Number(process.env.RUNS ?? 5);
const TOGETHER = Number(process.env.TOGETHER ?? 3);

/** Grey values of a smooth random field cut at its middle, with soft borders: pores of about ten voxels. */
function medium(side) {
  let state = 7;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
  const waves = Array.from({ length: 40 }, () => {
    const [z, t, phase] = [2 * random() - 1, 2 * Math.PI * random(), 2 * Math.PI * random()];
    const r = Math.sqrt(1 - z * z);
    const k = (2 * Math.PI) / 20;
    return [k * r * Math.cos(t), k * r * Math.sin(t), k * z, phase];
  });
  const values = new Uint8Array(side ** 3);
  let i = 0;
  for (let z = 0; z < side; z++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        let sum = 0;
        for (const [a, b, c, phase] of waves) sum += Math.cos(a * x + b * y + c * z + phase);
        values[i++] = Math.max(0, Math.min(255, 127.5 + 90 * sum));
      }
  return Buffer.from(values).toString("base64");
}

const ours = async ({ side, values, backend, mode, width, height, ...pace }) => {
  const { default: init, Page } = await import("/bench_page.js");
  await init({ module_or_path: "/bench_page_bg.wasm" });
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  document.body.append(canvas);
  const page = await Page.open(canvas, backend);
  page.show(side, Uint8Array.from(atob(values), (c) => c.charCodeAt(0)));
  page.style(mode, true, 1, 1);
  return { times: await measure((frames) => page.frames(frames), pace), backend: page.backend() };
};

const theirs = async ({ side, values, mode, width, height, ...pace }) => {
  const vtk = await import("/vtk.js");
  const box = document.createElement("div");
  box.style.cssText = `width:${width}px;height:${height}px`;
  document.body.append(box);
  const renderWindow = vtk.vtkRenderWindow.newInstance();
  const renderer = vtk.vtkRenderer.newInstance({ background: [1, 1, 1] });
  renderWindow.addRenderer(renderer);
  const glWindow = vtk.vtkOpenGLRenderWindow.newInstance();
  renderWindow.addView(glWindow);
  glWindow.setContainer(box);
  glWindow.setSize(width, height);
  // The mapper asks it whether the picture moves; nobody does.
  const interactor = vtk.vtkRenderWindowInteractor.newInstance();
  interactor.setView(glWindow);
  interactor.initialize();
  const data = vtk.vtkImageData.newInstance();
  data.setDimensions(side, side, side);
  const bytes = Uint8Array.from(atob(values), (c) => c.charCodeAt(0));
  data.getPointData().setScalars(vtk.vtkDataArray.newInstance({ name: "grey", values: bytes, numberOfComponents: 1 }));
  const mapper = vtk.vtkVolumeMapper.newInstance();
  mapper.setInputData(data);
  const actor = vtk.vtkVolume.newInstance();
  actor.setMapper(mapper);
  const property = actor.getProperty();
  const colour = vtk.vtkColorTransferFunction.newInstance();
  colour.addRGBPoint(51, 0.24, 0.53, 0.74);
  colour.addRGBPoint(204, 0.86, 0.74, 0.57);
  const opacity = vtk.vtkPiecewiseFunction.newInstance();
  // Opacities over a sixteenth of the box, as in ours: 0.6 of pore, 0.035 of grain; for a surface, all or nothing.
  const points = mode === "density" ? [[51, 0.6], [204, 0.035]] : [[127, 0], [128, 1]];
  for (const [value, share] of points) opacity.addPoint(value, share);
  property.setRGBTransferFunction(0, colour);
  property.setScalarOpacity(0, opacity);
  property.setScalarOpacityUnitDistance(0, mode === "density" ? side / 16 : 0.5);
  property.setInterpolationTypeToLinear();
  // Unlit is its default, and cheaper; a surface is nothing without light.
  property.setShade(mode !== "density");
  renderer.addVolume(actor);
  renderer.resetCamera();
  const camera = renderer.getActiveCamera();
  camera.elevation(24);
  camera.orthogonalizeViewUp();
  const gl = glWindow.getContext();
  const pixel = new Uint8Array(4);
  const turn = (frames) => {
    const started = performance.now();
    for (let i = 0; i < frames; i++) {
      camera.azimuth(3.6);
      renderer.resetCameraClippingRange();
      renderWindow.render();
    }
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return (performance.now() - started) / frames;
  };
  const times = await measure(turn, pace);
  const canvas = box.querySelector("canvas");
  return { times, backend: `WebGL2, ${canvas.width} × ${canvas.height}, step ${mapper.getSampleDistance()} voxels` };
};

// vtk.js comes as hundreds of modules with bare names; the browser wants one. Its classes register themselves when they
// are loaded, which its package file denies.
const folder = mkdtempSync(path.join(tmpdir(), "vitrine-bench-"));
const bundle = path.join(folder, "vtk.js");
await build({ entryPoints: [path.join(import.meta.dirname, "vtk-entry.mjs")], outfile: bundle, bundle: true, minify: true, format: "esm", logLevel: "error", ignoreAnnotations: true });
const { scene, inPage, stop } = await stage({ "/vtk.js": bundle });
try {
  console.log(`Milliseconds a frame, ${SIDE}³ voxels on ${scene}\n`);
  const values = medium(SIDE);
  for (const mode of ["density", "grain"]) {
    const input = { side: SIDE, values, mode, runs: RUNS, together: TOGETHER };
    const results = await inTurns({
      webgpu: () => inPage(ours, { ...input, backend: "webgpu" }),
      theirs: () => inPage(theirs, input),
      webgl2: () => inPage(ours, { ...input, backend: "webgl2" }),
    });
    console.log(`**${mode === "density" ? "Translucent body" : "Surface"}**\n`);
    console.log("| | median ms | quartiles ms | turns | speed against vtk.js |\n|---|---|---|---|---|");
    console.log(line("Vitrine", results.webgpu, results.theirs.times));
    console.log(line("Vitrine", results.webgl2, results.theirs.times));
    console.log(`${line("vtk.js", results.theirs)}\n`);
  }
} finally {
  stop();
  rmSync(folder, { recursive: true });
}
