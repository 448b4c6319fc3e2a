// The generator as an ONNX file, written by hand: four transposed convolutions with batch normalisation.
// Field numbers are those of onnx.proto (onnx.ai, IR version 8, operator set 15).

const varint = (n) => {
  const bytes = [];
  for (n = BigInt(n); n > 127n; n >>= 7n) bytes.push(Number(n & 127n) | 128);
  return Buffer.from([...bytes, Number(n)]);
};
const int = (field, n) => Buffer.concat([varint(field << 3), varint(n)]);
const block = (field, data) => {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
};
const message = (field, ...parts) => block(field, Buffer.concat(parts));

const FLOAT = 1;

function node(type, inputs, output, attributes) {
  const ints = (name, values) => message(5, block(1, name), ...values.map((v) => int(8, v)), int(20, 7));
  return message(
    1,
    ...inputs.map((name) => block(1, name)),
    block(2, output),
    block(4, type),
    ...Object.entries(attributes).map(([name, values]) => ints(name, values)),
  );
}

function initializer(name, dims, values) {
  const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return message(5, ...dims.map((d) => int(1, d)), int(2, FLOAT), block(8, name), block(9, raw));
}

function value(field, name, dims) {
  const shape = message(2, ...dims.map((d) => message(1, int(1, d))));
  return message(field, block(1, name), message(2, message(1, int(1, FLOAT), shape)));
}

/**
 * `latent` channels on a grid of `cells`³ to one channel of 8 (`cells` + 3) voxels: kernel 4 everywhere; the first
 * layer without stride and padding, the others with stride 2 and padding 1. Weights are N(0, 0.02) from a fixed
 * generator: speed does not depend on them.
 */
export function generator({ latent, width, cells }) {
  let state = 1;
  const uniform = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 1) / 4294967297;
  const normal = () => 0.02 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const channels = [latent, 4 * width, 2 * width, width, 1];
  const nodes = [];
  const initializers = [];
  let input = "z";
  for (let layer = 0; layer < 4; layer++) {
    const [from, to] = [channels[layer], channels[layer + 1]];
    const last = layer === 3;
    initializers.push(initializer(`w${layer}`, [from, to, 4, 4, 4], Float32Array.from({ length: from * to * 64 }, normal)));
    const [stride, pad] = layer === 0 ? [1, 0] : [2, 1];
    const attributes = { kernel_shape: [4, 4, 4], strides: Array(3).fill(stride), pads: Array(6).fill(pad) };
    nodes.push(node("ConvTranspose", [input, `w${layer}`], `c${layer}`, attributes));
    if (last) {
      nodes.push(node("Tanh", [`c${layer}`], "volume", {}));
      break;
    }
    const names = ["scale", "bias", "mean", "variance"].map((name) => `${name}${layer}`);
    for (const [i, name] of names.entries()) {
      initializers.push(initializer(name, [to], new Float32Array(to).fill(i === 0 || i === 3 ? 1 : 0)));
    }
    nodes.push(node("BatchNormalization", [`c${layer}`, ...names], `n${layer}`, {}));
    nodes.push(node("Relu", [`n${layer}`], `r${layer}`, {}));
    input = `r${layer}`;
  }
  const side = 8 * (cells + 3);
  const graph = message(
    7,
    ...nodes,
    block(2, "generator"),
    ...initializers,
    value(11, "z", [1, latent, cells, cells, cells]),
    value(12, "volume", [1, 1, side, side, side]),
  );
  return Buffer.concat([int(1, 8), message(8, int(2, 15)), graph]);
}
