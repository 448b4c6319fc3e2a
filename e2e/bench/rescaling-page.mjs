// In the page of rescaling.mjs: our worker and ONNX Runtime Web, each from a picture to a small one and back.

/** A canvas that a photo fills. */
export async function drawn(address, width, height) {
  const bitmap = await createImageBitmap(await (await fetch(address)).blob());
  const scale = Math.max(width / bitmap.width, height / bitmap.height);
  const [wide, high] = [bitmap.width * scale, bitmap.height * scale];
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").drawImage(bitmap, (width - wide) / 2, (height - high) / 2, wide, high);
  return canvas;
}

/** A photo that fills `width`×`height`, as pixels and as the bytes of a PNG file. */
export async function photo(address, width, height) {
  const canvas = await drawn(address, width, height);
  const png = await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer();
  return { png, pixels: canvas.getContext("2d").getImageData(0, 0, width, height) };
}

/** Starts our worker; answers with a function from a PNG file to pictures and milliseconds. */
export async function openOurs({ address, weights, preset }) {
  const worker = await startWorker(address);
  return async (png) => {
    const files = {};
    const times = { down: 0, up: 0, comparing: 0 };
    const begun = performance.now();
    const hear = ({ from, role, label, milliseconds }, bytes) => {
      if (from === "picture") files[role] = bytes;
      if (from === "step") times[label.startsWith("shrinking") ? "down" : label.startsWith("restoring") ? "up" : "comparing"] += milliseconds;
    };
    await worker.sample({ system: "dlv-irn", preset, parameters: { direction: "both" } }, weights, hear, png.slice(0));
    return { files, times: { ...times, all: performance.now() - begun } };
  };
}

/** Opens both networks; answers with a function from pixels, a way and the edge of tiles to pixels and milliseconds. */
export async function openTheirs({ reach }) {
  const ort = await import("/ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = "/ort/";
  const open = (way) => ort.InferenceSession.create(`/${way}.onnx`, { executionProviders: ["wasm"] });
  const ways = {
    down: { session: await open("down"), input: "large", output: "small", from: 2, to: 1 },
    up: { session: await open("up"), input: "small", output: "large", from: 1, to: 2 },
  };
  return async (source, way, edge) => {
    const { session, input, output, from, to } = ways[way];
    const begun = performance.now();
    const [width, height] = [source.width / from, source.height / from];
    const target = new ImageData(width * to, height * to);
    for (const { core, seen } of cut(width, height, edge, reach)) {
      const [, , wide, high] = seen.map((v) => v * from);
      const tensor = new ort.Tensor("float32", planes(source, seen.map((v) => v * from)), [1, 3, high, wide]);
      const made = (await session.run({ [input]: tensor }))[output];
      paste(target, made.data, core.map((v) => v * to), seen.map((v) => v * to));
      made.dispose();
    }
    return { pixels: target, milliseconds: performance.now() - begun };
  };
}

/** Tiles of at most `edge` and what must be seen for them, each as x, y, width, height. */
function cut(width, height, edge, reach) {
  const spans = (length) => {
    const count = Math.ceil(length / Math.min(edge, length));
    const at = (i) => Math.floor((i * length) / count);
    return Array.from({ length: count }, (_, i) => {
      const [start, end] = [at(i), at(i + 1)];
      const [first, last] = [Math.max(start - reach, 0), Math.min(end + reach, length)];
      return [start, end - start, first, last - first];
    });
  };
  return spans(height).flatMap(([y, h, top, high]) =>
    spans(width).map(([x, w, left, wide]) => ({ core: [x, y, w, h], seen: [left, top, wide, high] })),
  );
}

/** A part of a picture as colour planes from 0 to 1. */
function planes({ data, width }, [x, y, w, h]) {
  const values = new Float32Array(3 * w * h);
  let i = 0;
  for (let colour = 0; colour < 3; colour++)
    for (let row = y; row < y + h; row++)
      for (let at = 4 * (row * width + x) + colour, end = at + 4 * w; at < end; at += 4) values[i++] = data[at] / 255;
  return values;
}

/** Writes the core of computed planes, rounded to 8 bit; the array clamps. */
function paste({ data, width }, values, [x, y, w, h], [left, top, wide, high]) {
  for (let row = y; row < y + h; row++)
    for (let column = x; column < x + w; column++) {
      const [to, from] = [4 * (row * width + column), (row - top) * wide + column - left];
      for (let colour = 0; colour < 3; colour++) data[to + colour] = 255 * values[from + colour * wide * high];
      data[to + 3] = 255;
    }
}

/** The pixels of a PNG file. */
export async function decoded(png) {
  const bitmap = await createImageBitmap(new Blob([png]), { colorSpaceConversion: "none" });
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

/** The largest difference of two pictures in steps of 1/255, and the share of values that differ. */
export function difference(a, b) {
  if (a.width !== b.width || a.height !== b.height) throw new Error("the pictures are not of one size");
  let [largest, differing] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    const step = Math.abs(a.data[i] - b.data[i]);
    largest = Math.max(largest, step);
    if (step > 0) differing += 1;
  }
  return { largest, share: differing / ((a.data.length / 4) * 3) };
}
