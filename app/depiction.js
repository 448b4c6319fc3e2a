// Draws molecules with OpenChemLib, in a worker of its own: the library takes a second to start, and the page goes on.
//
// A message is JSON: { id, smiles: [text, …] }. Its answer is
// { is: "drawn", id, drawn: [{ svg, molfile } or { error }, …] }, in the same order.
// Coordinates are those of a drawing on the plane. { is: "ready" } comes first.

import { Molecule } from "{{libraries/openchemlib/openchemlib.js}}";

const SIZE = [240, 180];
const STYLE = { suppressChiralText: true, suppressCIPParity: true, suppressESR: true, autoCrop: true, autoCropMargin: 6 };

// Sulphur and chlorine are too bright for paper: their hue stays, their luma is at most this.
const LUMA = 100;

function readable(svg) {
  return svg.replace(/rgb\((\d+),(\d+),(\d+)\)/g, (_, ...channels) => {
    const [r, g, b] = channels.slice(0, 3).map(Number);
    const scale = Math.min(1, LUMA / (0.299 * r + 0.587 * g + 0.114 * b));
    return `rgb(${[r, g, b].map((channel) => Math.round(channel * scale))})`;
  });
}

function drawn(smiles) {
  try {
    const molecule = Molecule.fromSmiles(smiles);
    const svg = readable(molecule.toSVG(...SIZE, "molecule", STYLE));
    return { svg, molfile: molecule.toMolfile() };
  } catch (error) {
    return { error: String(error?.message ?? error) };
  }
}

self.onmessage = ({ data }) => {
  const { id, smiles } = JSON.parse(data);
  self.postMessage(JSON.stringify({ is: "drawn", id, drawn: smiles.map(drawn) }));
};
self.postMessage(JSON.stringify({ is: "ready" }));
