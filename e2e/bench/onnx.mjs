// ONNX files, written by hand. Field numbers are those of onnx.proto (onnx.ai, IR version 8, operator set 17).

const varint = (n) => {
  const bytes = [];
  for (n = BigInt.asUintN(64, BigInt(n)); n > 127n; n >>= 7n) bytes.push(Number(n & 127n) | 128);
  return Buffer.from([...bytes, Number(n)]);
};
const int = (field, n) => Buffer.concat([varint(field << 3), varint(n)]);
const float = (field, x) => Buffer.concat([varint((field << 3) | 5), Buffer.from(Float32Array.of(x).buffer)]);
const block = (field, data) => {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
};
const message = (field, ...parts) => block(field, Buffer.concat(parts));

const FLOAT = 1;
const INT64 = 7;
/** Attributes that the standard has as floats. */
const FLOATS = ["alpha", "epsilon"];

/** Lists are lists of integers; a number is an integer, but for those of FLOATS. */
function attribute(name, value) {
  if (Array.isArray(value)) return message(5, block(1, name), ...value.map((v) => int(8, v)), int(20, 7));
  return FLOATS.includes(name) ? message(5, block(1, name), float(2, value), int(20, 1)) : message(5, block(1, name), int(3, value), int(20, 2));
}

function value(field, name, dims) {
  const dim = (d) => message(1, typeof d === "string" ? block(2, d) : int(1, d));
  return message(field, block(1, name), message(2, message(1, int(1, FLOAT), message(2, ...dims.map(dim)))));
}

/** A graph that grows node by node. */
export class Graph {
  #nodes = [];
  #constants = [];

  /** Appends a node and answers with the name of its output, which is its own unless it is given. */
  node(type, inputs, attributes = {}, output = `${type}${this.#nodes.length}`) {
    const fields = Object.entries(attributes).map(([name, value]) => attribute(name, value));
    this.#nodes.push(message(1, ...inputs.map((name) => block(1, name)), block(2, output), block(4, type), ...fields));
    return output;
  }

  /** Adds weights, row-major in `dims`, and answers with their name. */
  constant(dims, values, name = `constant${this.#constants.length}`) {
    const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    this.#constants.push(message(5, ...dims.map((d) => int(1, d)), int(2, FLOAT), block(8, name), block(9, raw)));
    return name;
  }

  /** Adds a list of integers, such as the sides to reshape to, and answers with its name. */
  integers(values, name = `constant${this.#constants.length}`) {
    const raw = Buffer.from(BigInt64Array.from(values, BigInt).buffer);
    this.#constants.push(message(5, int(1, values.length), int(2, INT64), block(8, name), block(9, raw)));
    return name;
  }

  /** The file. `inputs` and `outputs` map names to sides; a side that is a string is known only when it runs. */
  file(inputs, outputs) {
    const values = (field, of) => Object.entries(of).map(([name, dims]) => value(field, name, dims));
    const graph = message(7, ...this.#nodes, block(2, "graph"), ...this.#constants, ...values(11, inputs), ...values(12, outputs));
    return Buffer.concat([int(1, 8), message(8, int(2, 17)), graph]);
  }
}
