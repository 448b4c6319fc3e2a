// Weights files: 8 bytes of length, a JSON header, raw values.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../support.mjs";
import { normals } from "./random.mjs";

/** The value of 16 bits as IEEE 754 has them. */
function half(bits) {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Name → { shape, values in f32 }. */
export function readTensors(file) {
  const start = 8 + Number(file.readBigUInt64LE(0));
  const { __metadata__, ...entries } = JSON.parse(file.subarray(8, start));
  const tensor = ({ dtype, shape, data_offsets: [from, to] }) => {
    const bytes = Uint8Array.from(file.subarray(start + from, start + to)).buffer;
    if (dtype === "F32") return { shape, values: new Float32Array(bytes) };
    if (dtype === "F16") return { shape, values: Float32Array.from(new Uint16Array(bytes), half) };
    throw new Error(`${dtype} is none of the kinds that we ship`);
  };
  return new Map(Object.entries(entries).map(([name, entry]) => [name, tensor(entry)]));
}

/** A file of name → { shape, values in f32 }. */
export function writeTensors(tensors) {
  let end = 0;
  const entry = ([name, { shape, values }]) => [name, { dtype: "F32", shape, data_offsets: [end, (end += values.byteLength)] }];
  const header = Buffer.from(JSON.stringify(Object.fromEntries([...tensors].map(entry))));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const raw = [...tensors.values()].map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength));
  return Buffer.concat([length, header, ...raw]);
}

/**
 * The shipped weights of a preset of dlv-irn, as served at /weights.safetensors; where there are none, or with
 * WEIGHTS=random, random ones of the size of x2-small.
 */
export function rescalingWeights(preset) {
  const file = path.join(ROOT, "assets/weights/dlv-irn", preset, "weights.safetensors");
  const shipped = process.env.WEIGHTS !== "random" && existsSync(file);
  const weights = shipped ? readFileSync(file) : writeTensors(randomRescaling({ blocks: 2, growth: 16, latent: 3 }));
  const sha256 = createHash("sha256").update(weights).digest("hex");
  return { weights, source: { url: "/weights.safetensors", bytes: weights.length, sha256 }, shipped };
}

/** Weights of DLV-IRN ×2 that keep a picture's values near their range, none of them zero. */
function randomRescaling({ blocks, growth, latent }) {
  const normal = normals(1);
  const tensors = new Map();
  const [low, high] = [3, 9 + latent];
  for (let block = 0; block < blocks; block++)
    for (const [part, inputs, outputs] of [["shift_low", high, low], ["shift_high", low, high], ["scale_high", low, high]])
      for (let layer = 0; layer < 5; layer++) {
        const [from, to] = [inputs + layer * growth, layer === 4 ? outputs : growth];
        const name = `levels.0.${block}.${part}.convolutions.${layer}`;
        const spread = (layer === 4 ? 0.1 : 0.8) / Math.sqrt(9 * from);
        tensors.set(`${name}.weight`, { shape: [to, from, 3, 3], values: Float32Array.from({ length: to * from * 9 }, () => spread * normal()) });
        tensors.set(`${name}.bias`, { shape: [to], values: Float32Array.from({ length: to }, () => 0.01 * normal()) });
      }
  return tensors;
}
