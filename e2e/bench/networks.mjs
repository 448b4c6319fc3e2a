// Our networks as ONNX files, for the runtimes that ours is measured beside.

import { Graph } from "./onnx.mjs";
import { normals } from "./random.mjs";

/**
 * The generator of porous-gan: `latent` channels on a grid of `cells`³ to one channel of 8 (`cells` + 3) voxels: kernel
 * 4 everywhere; the first layer without stride and padding, the others with stride 2 and padding 1. Weights are
 * N(0, 0.02) from a fixed generator: speed does not depend on them.
 */
export function generator({ latent, width, cells }) {
  const graph = new Graph();
  const normal = normals(1);
  const channels = [latent, 4 * width, 2 * width, width, 1];
  let x = "z";
  for (let layer = 0; layer < 4; layer++) {
    const [from, to] = [channels[layer], channels[layer + 1]];
    const weights = Float32Array.from({ length: from * to * 64 }, () => 0.02 * normal());
    const [stride, pad] = layer === 0 ? [1, 0] : [2, 1];
    const attributes = { kernel_shape: [4, 4, 4], strides: Array(3).fill(stride), pads: Array(6).fill(pad) };
    x = graph.node("ConvTranspose", [x, graph.constant([from, to, 4, 4, 4], weights)], attributes);
    if (layer === 3) break;
    const [one, zero] = [1, 0].map((v) => graph.constant([to], new Float32Array(to).fill(v)));
    x = graph.node("Relu", [graph.node("BatchNormalization", [x, one, zero, zero, one])]);
  }
  graph.node("Tanh", [x], {}, "volume");
  const side = 8 * (cells + 3);
  return graph.file({ z: [1, latent, cells, cells, cells] }, { volume: [1, 1, side, side, side] });
}

/** Mean; left − right; top − bottom; diagonal. */
const HAAR = [
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 1, -1, -1],
  [1, -1, -1, 1],
];

/**
 * Channels `from` to `to` of the Haar transform of 3 colours as filters `[channels, 3, 2, 2]`: the means of all colours,
 * then each difference of all colours, then channels of nothing.
 */
function haar(from, to, scale) {
  const filters = new Float32Array((to - from) * 12);
  for (let channel = from; channel < Math.min(to, 12); channel++) {
    const [band, colour] = [Math.floor(channel / 3), channel % 3];
    filters.set(HAAR[band].map((v) => v * scale), (channel - from) * 12 + colour * 4);
  }
  return filters;
}

/**
 * Both directions of DLV-IRN at scale 2, the latents 0, for pictures of any size: `down` from `large` [1, 3, 2h, 2w] to
 * `small` [1, 3, h, w], not rounded, and `up` back. `tensors` are those of our weights file. The latents' channels are
 * those of nothing.
 */
export function rescaling(tensors) {
  const blocks = new Set([...tensors.keys()].map((name) => name.split(".").slice(0, 3).join(".")));
  if ([...blocks].some((block) => !block.startsWith("levels.0."))) throw new Error("only networks of one level, ×2");
  const couplings = [...blocks].sort((a, b) => a.split(".")[2] - b.split(".")[2]);
  const channels = 3 + tensors.get(`${couplings[0]}.shift_low.convolutions.0.weight`).shape[1];

  function dense(graph, name, x) {
    const features = [x];
    for (let layer = 0; ; layer++) {
      const [weight, bias] = ["weight", "bias"].map((kind) => {
        const { shape, values } = tensors.get(`${name}.convolutions.${layer}.${kind}`);
        return graph.constant(shape, values);
      });
      const seen = layer === 0 ? x : graph.node("Concat", features, { axis: 1 });
      const made = graph.node("Conv", [seen, weight, bias], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
      if (!tensors.has(`${name}.convolutions.${layer + 1}.weight`)) return made;
      features.push(graph.node("LeakyRelu", [made], { alpha: 0.2 }));
    }
  }
  /** e to the ±s. */
  function gain(graph, block, low, sign) {
    const sigmoid = graph.node("Sigmoid", [dense(graph, `${block}.scale_high`, low)]);
    const [two, one] = [2, 1].map((v) => graph.constant([], Float32Array.of(sign * v)));
    return graph.node("Exp", [graph.node("Sub", [graph.node("Mul", [sigmoid, two]), one])]);
  }
  function down() {
    const graph = new Graph();
    const transform = (from, to) => {
      const filters = graph.constant([to - from, 3, 2, 2], haar(from, to, 0.25));
      return graph.node("Conv", ["large", filters], { kernel_shape: [2, 2], strides: [2, 2] });
    };
    let [low, high] = [transform(0, 3), transform(3, channels)];
    for (const block of couplings) {
      low = graph.node("Add", [low, dense(graph, `${block}.shift_low`, high)]);
      const scaled = graph.node("Mul", [high, gain(graph, block, low, 1)]);
      high = graph.node("Add", [scaled, dense(graph, `${block}.shift_high`, low)]);
    }
    graph.node("Identity", [low], {}, "small");
    return graph.file({ large: [1, 3, "height", "width"] }, { small: [1, 3, "h", "w"] });
  }
  function up() {
    const graph = new Graph();
    let [low, high] = ["small", null];
    for (const block of couplings.toReversed()) {
      const shift = dense(graph, `${block}.shift_high`, low);
      const difference = high ? graph.node("Sub", [high, shift]) : graph.node("Neg", [shift]);
      high = graph.node("Mul", [difference, gain(graph, block, low, -1)]);
      low = graph.node("Sub", [low, dense(graph, `${block}.shift_low`, high)]);
    }
    const filters = graph.constant([channels, 3, 2, 2], haar(0, channels, 1));
    const both = graph.node("Concat", [low, high], { axis: 1 });
    graph.node("ConvTranspose", [both, filters], { kernel_shape: [2, 2], strides: [2, 2] }, "large");
    return graph.file({ small: [1, 3, "h", "w"] }, { large: [1, 3, "height", "width"] });
  }
  return { down: down(), up: up() };
}
