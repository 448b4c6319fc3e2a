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

/**
 * The UNet of dci-vton's small refiner: what a place is known of, `maps` [1, 25, rows, columns], the waves of the time,
 * `waves` [1, width], and the garment's token, `context` [1, 1, width], to `v` [1, 12, rows, columns]. `tensors` are those
 * of our weights file, all of which must find their places; attention to a single token needs neither queries nor keys.
 */
export function refiner(tensors, { rows, columns, heads: width, groups }) {
  const PART = "refiner.unet.";
  const unused = new Set([...tensors.keys()].filter((name) => name.startsWith(PART)));
  const graph = new Graph();
  const has = (name) => tensors.has(PART + name);
  const tensor = (name) => {
    unused.delete(PART + name);
    return tensors.get(PART + name);
  };
  const weights = (name, dims) => {
    const { shape, values } = tensor(name);
    return graph.constant(dims ?? shape, values);
  };
  const number = (value) => graph.constant([], Float32Array.of(value));
  const reshape = (x, dims) => graph.node("Reshape", [x, graph.integers(dims)]);
  const add = (x, y) => graph.node("Add", [x, y]);
  const multiply = (x, y) => graph.node("Mul", [x, y]);
  const silu = (x) => multiply(x, graph.node("Sigmoid", [x]));

  const linear = (x, name) => {
    const y = graph.node("MatMul", [x, weights(`${name}.weight`)]);
    return has(`${name}.bias`) ? add(y, weights(`${name}.bias`)) : y;
  };
  /** Maps know their channels and by how much their sides are divided. */
  const convolution = ({ x, factor }, name, { stride = 1, scale = 1 } = {}) => {
    const { shape } = tensor(`${name}.weight`);
    const pad = (shape[2] - 1) / 2;
    const attributes = { kernel_shape: shape.slice(2), strides: [stride, stride], pads: Array(4).fill(pad) };
    const made = graph.node("Conv", [x, weights(`${name}.weight`), weights(`${name}.bias`)], attributes);
    return { x: made, channels: shape[0], factor: (factor * stride) / scale };
  };
  const groupNorm = ({ x, channels, factor }, name, epsilon) => {
    const [one, zero] = [1, 0].map((value) => graph.constant([groups], new Float32Array(groups).fill(value)));
    const inGroups = reshape(x, [1, groups, -1]);
    const normal = graph.node("InstanceNormalization", [inGroups, one, zero], { epsilon });
    const back = reshape(normal, [1, channels, rows / factor, columns / factor]);
    const side = [channels, 1, 1];
    return { x: add(multiply(back, weights(`${name}.gamma`, side)), weights(`${name}.beta`, side)), channels, factor };
  };
  const residual = (maps, name, time) => {
    const active = (maps, norm) => {
      const normed = groupNorm(maps, `${name}.${norm}`, 1e-5);
      return { ...normed, x: silu(normed.x) };
    };
    let y = convolution(active(maps, "first_norm"), `${name}.first`);
    y.x = add(y.x, reshape(linear(time, `${name}.embedding`), [1, y.channels, 1, 1]));
    y = convolution(active(y, "second_norm"), `${name}.second`);
    const kept = has(`${name}.skip.weight`) ? convolution(maps, `${name}.skip`) : maps;
    return { ...y, x: add(kept.x, y.x) };
  };
  const layerNorm = (x, name) =>
    graph.node("LayerNormalization", [x, weights(`${name}.gamma`), weights(`${name}.beta`)], { axis: -1, epsilon: 1e-5 });
  const toItself = (x, name, places, channels) => {
    const count = channels / width;
    const divided = (part) => reshape(linear(x, `${name}.${part}`), [1, places, count, width]);
    const turned = (x, perm) => graph.node("Transpose", [x], { perm });
    const [queries, values] = ["to_q", "to_v"].map((part) => turned(divided(part), [0, 2, 1, 3]));
    const keys = turned(divided("to_k"), [0, 2, 3, 1]);
    const scores = graph.node("MatMul", [multiply(queries, number(1 / Math.sqrt(width))), keys]);
    const found = graph.node("MatMul", [graph.node("Softmax", [scores], { axis: -1 }), values]);
    return linear(reshape(turned(found, [0, 2, 1, 3]), [1, places, channels]), `${name}.to_out`);
  };
  /** The half that is gated, times the GELU of the other. */
  const gated = (x, inner) => {
    const half = (from) =>
      graph.node("Slice", [x, graph.integers([from]), graph.integers([from + inner]), graph.integers([-1])]);
    const [value, gate] = [half(0), half(inner)];
    const error = graph.node("Erf", [graph.node("Div", [gate, number(Math.SQRT2)])]);
    return multiply(value, multiply(multiply(gate, add(error, number(1))), number(0.5)));
  };
  const transformer = (maps, name) => {
    const { channels, factor } = maps;
    const places = (rows * columns) / factor ** 2;
    const inside = convolution(groupNorm(maps, `${name}.norm`, 1e-6), `${name}.proj_in`).x;
    let x = graph.node("Transpose", [reshape(inside, [1, channels, places])], { perm: [0, 2, 1] });
    for (let block = 0; has(`${name}.blocks.${block}.narrow.weight`); block++) {
      const of = (part) => `${name}.blocks.${block}.${part}`;
      x = add(x, toItself(layerNorm(x, of("norm1")), of("to_itself"), places, channels));
      x = add(x, linear(linear("context", of("to_context.to_v")), of("to_context.to_out")));
      for (const idle of ["to_context.to_q.weight", "to_context.to_k.weight", "norm2.gamma", "norm2.beta"]) tensor(of(idle));
      const wide = linear(layerNorm(x, of("norm3")), of("widen"));
      x = add(x, linear(gated(wide, 4 * channels), of("narrow")));
    }
    const made = reshape(graph.node("Transpose", [x], { perm: [0, 2, 1] }), [1, channels, rows / factor, columns / factor]);
    return { ...maps, x: add(maps.x, convolution({ ...maps, x: made }, `${name}.proj_out`).x) };
  };
  const stage = (maps, name, time) => {
    if (has(`${name}.convolution.weight`)) maps = convolution(maps, `${name}.convolution`);
    if (has(`${name}.residual.first.weight`)) maps = residual(maps, `${name}.residual`, time);
    if (has(`${name}.transformer.norm.gamma`)) maps = transformer(maps, `${name}.transformer`);
    if (has(`${name}.down.weight`)) maps = convolution(maps, `${name}.down`, { stride: 2 });
    if (has(`${name}.up.weight`)) {
      const doubled = graph.node("Resize", [maps.x, "", graph.constant([4], Float32Array.of(1, 1, 2, 2))]);
      maps = convolution({ ...maps, x: doubled }, `${name}.up`, { scale: 2 });
    }
    return maps;
  };

  const time = silu(linear(silu(linear("waves", "time.first")), "time.second"));
  const context = tensors.get(`${PART}middle_transformer.blocks.0.to_context.to_v.weight`).shape[0];
  let maps = { x: "maps", channels: 25, factor: 1 };
  const seen = [];
  for (let level = 0; [...tensors.keys()].some((name) => name.startsWith(`${PART}down.${level}.`)); level++) {
    maps = stage(maps, `down.${level}`, time);
    seen.push(maps);
  }
  maps = residual(maps, "middle_first", time);
  maps = transformer(maps, "middle_transformer");
  maps = residual(maps, "middle_second", time);
  for (let level = 0; seen.length > 0; level++) {
    const beside = seen.pop();
    const both = graph.node("Concat", [maps.x, beside.x], { axis: 1 });
    maps = stage({ ...maps, x: both, channels: maps.channels + beside.channels }, `up.${level}`, time);
  }
  const last = groupNorm(maps, "last_norm", 1e-5);
  const { x, channels } = convolution({ ...last, x: silu(last.x) }, "last");
  graph.node("Identity", [x], {}, "v");
  if (unused.size > 0) throw new Error(`no place for ${[...unused].join(", ")}`);
  const waves = tensors.get(`${PART}time.first.weight`).shape[0];
  return graph.file(
    { maps: [1, 25, rows, columns], waves: [1, waves], context: [1, 1, context] },
    { v: [1, channels, rows, columns] },
  );
}
