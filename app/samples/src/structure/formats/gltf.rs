//! glTF 2.0, binary: atoms as spheres, bonds as half cylinders in the colours of their atoms, the cell as lines.
//!
//! Khronos Group, glTF 2.0 Specification (2021). One low-poly sphere and one cylinder are shared by all; a node places
//! each. One unit of length, a metre by the specification, stands for one ångström.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{FormatError, StructureFormat};
use crate::structure::{
    Element, Structure,
    bonds::{listed_or_perceived, perceive_crystal},
    crystal::dot,
};

mod mesh;

use mesh::{Mesh, cylinder, sphere};

/// Atoms that a scene may have: each is a node of some hundred bytes, and each of its bonds another.
pub const MAX_GLTF_ATOMS: usize = 20_000;

/// Times the covalent radius: the radius of an atom's sphere.
const SPHERE_SCALE: f64 = 0.5;

/// Å.
const STICK_RADIUS: f64 = 0.12;

/// Crystals are shown in VESTA's colours, molecules in Jmol's.
pub(super) fn write(structure: &Structure) -> Result<Vec<u8>, FormatError> {
    let atoms = structure.elements().len();
    if atoms == 0 || atoms > MAX_GLTF_ATOMS {
        let what = format!("{atoms} atoms; scenes of 1 to {MAX_GLTF_ATOMS} are written");
        return Err(FormatError::CannotCarry { format: StructureFormat::Gltf, what });
    }
    let mut scene = Scene::default();
    let positions = match structure {
        Structure::Crystal(crystal) => crystal.positions(),
        Structure::Molecule(molecule) => molecule.positions().to_vec(),
    };
    for (&element, &position) in structure.elements().iter().zip(&positions) {
        scene.sphere(element, position);
    }
    for (i, j, to_j) in bonds(structure, &positions)? {
        scene.half_bond(structure.elements()[i], positions[i], to_j);
        scene.half_bond(structure.elements()[j], positions[j], to_j.map(|x| -x));
    }
    if let Structure::Crystal(crystal) = structure {
        scene.cell = Some(*crystal.lattice().rows());
    }
    let is_crystal = matches!(structure, Structure::Crystal(_));
    scene.finish(|element| {
        let facts = element.facts();
        if is_crystal { facts.vesta_colour() } else { facts.jmol_colour() }
    })
}

/// Both atoms and the vector from one to the other. A bond through a face of the cell is drawn as two halves that point
/// out of it.
fn bonds(structure: &Structure, positions: &[[f64; 3]]) -> Result<Vec<(usize, usize, [f64; 3])>, FormatError> {
    let difference = |i: usize, j: usize| std::array::from_fn(|axis| positions[j][axis] - positions[i][axis]);
    match structure {
        Structure::Molecule(molecule) => {
            let bonds = listed_or_perceived(molecule)?;
            let pairs = bonds.iter().map(|bond| bond.atoms.map(|atom| atom as usize));
            let vectors = pairs.map(|[i, j]| (i, j, difference(i, j)));
            // Atoms at one place have no direction between them.
            Ok(vectors.filter(|(_, _, d)| dot(d, d) > 1e-6).collect())
        }
        Structure::Crystal(crystal) => {
            let bonds = perceive_crystal(crystal)?.into_iter().map(|bond| {
                let [i, j] = bond.atoms.map(|atom| atom as usize);
                let shift = crystal.lattice().to_cartesian(bond.image.map(f64::from));
                let d: [f64; 3] = difference(i, j);
                (i, j, std::array::from_fn(|axis| d[axis] + shift[axis]))
            });
            Ok(bonds.collect())
        }
    }
}

/// The parts of the scene as they come.
#[derive(Default)]
struct Scene {
    spheres: Vec<(Element, [f64; 3])>,
    /// Element, middle, direction, length.
    sticks: Vec<(Element, [f64; 3], [f64; 3], f64)>,
    cell: Option<[[f64; 3]; 3]>,
}

impl Scene {
    fn sphere(&mut self, element: Element, position: [f64; 3]) {
        self.spheres.push((element, position));
    }

    fn half_bond(&mut self, element: Element, from: [f64; 3], bond: [f64; 3]) {
        let length = dot(&bond, &bond).sqrt();
        let middle = std::array::from_fn(|axis| from[axis] + bond[axis] / 4.0);
        self.sticks.push((element, middle, bond.map(|x| x / length), length / 2.0));
    }

    fn finish(self, colour: impl Fn(Element) -> [u8; 3]) -> Result<Vec<u8>, FormatError> {
        let mut buffer = Buffer::default();
        let [sphere, stick] = [sphere(), cylinder()].map(|mesh| buffer.mesh(&mesh));
        let mut materials = Vec::new();
        let mut meshes = Vec::new();
        // Per element: a material, and a mesh of each shape with it.
        let mut ball_of = BTreeMap::new();
        let mut stick_of = BTreeMap::new();
        for (element, _) in &self.spheres {
            if ball_of.contains_key(element) {
                continue;
            }
            let [r, g, b] = colour(*element).map(linear);
            let material = materials.len();
            materials.push(json!({
                "name": element.symbol(),
                "pbrMetallicRoughness": { "baseColorFactor": [r, g, b, 1.0], "metallicFactor": 0.0, "roughnessFactor": 0.5 },
            }));
            ball_of.insert(*element, meshes.len());
            meshes.push(json!({ "name": element.symbol(), "primitives": [primitive(&sphere, material)] }));
            if self.sticks.iter().any(|(other, ..)| other == element) {
                stick_of.insert(*element, meshes.len());
                meshes.push(json!({ "name": format!("{element} bond"), "primitives": [primitive(&stick, material)] }));
            }
        }
        let mut nodes = Vec::with_capacity(self.spheres.len() + self.sticks.len() + 1);
        for (element, position) in &self.spheres {
            let radius = SPHERE_SCALE * element.facts().covalent_radius;
            nodes.push(json!({
                "mesh": ball_of[element],
                "translation": position.map(short),
                "scale": [short(radius), short(radius), short(radius)],
            }));
        }
        for (element, middle, direction, length) in &self.sticks {
            nodes.push(json!({
                "mesh": stick_of[element],
                "translation": middle.map(short),
                "rotation": from_y_axis(*direction).map(short),
                "scale": [STICK_RADIUS, short(*length), STICK_RADIUS],
            }));
        }
        if let Some(rows) = self.cell {
            let positions = buffer.edges(&rows);
            let material = materials.len();
            materials.push(json!({
                "name": "cell",
                "pbrMetallicRoughness": { "baseColorFactor": [0.1, 0.1, 0.1, 1.0], "metallicFactor": 0.0, "roughnessFactor": 1.0 },
            }));
            nodes.push(json!({ "mesh": meshes.len() }));
            meshes.push(json!({
                "name": "cell",
                "primitives": [{ "attributes": { "POSITION": positions }, "material": material, "mode": 1 }],
            }));
        }
        let document = json!({
            "asset": { "version": "2.0", "generator": "Vitrine" },
            "scene": 0,
            "scenes": [{ "nodes": (0..nodes.len()).collect::<Vec<_>>() }],
            "nodes": nodes,
            "meshes": meshes,
            "materials": materials,
            "accessors": buffer.accessors,
            "bufferViews": buffer.views,
            "buffers": [{ "byteLength": buffer.bytes.len() }],
        });
        container(&document, buffer.bytes)
    }
}

/// To 10⁻⁶, which is beyond what is seen, and half as long as text.
fn short(x: f64) -> f64 {
    (x * 1e6).round() / 1e6
}

/// sRGB → linear, IEC 61966-2-1.
fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    let linear = if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) };
    short(linear)
}

/// The rotation that takes +y to this unit vector, as a unit quaternion x, y, z, w.
fn from_y_axis([x, y, z]: [f64; 3]) -> [f64; 4] {
    // Straight down, every axis across is as good.
    if y < -1.0 + 1e-9 {
        return [1.0, 0.0, 0.0, 0.0];
    }
    let quaternion = [z, 0.0, -x, 1.0 + y];
    let norm = quaternion.iter().map(|q| q * q).sum::<f64>().sqrt();
    quaternion.map(|q| q / norm)
}

fn primitive(mesh: &[usize; 3], material: usize) -> Value {
    let [positions, normals, indices] = mesh;
    json!({ "attributes": { "POSITION": positions, "NORMAL": normals }, "indices": indices, "material": material })
}

/// The binary part, with what describes it.
#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    views: Vec<Value>,
    accessors: Vec<Value>,
}

impl Buffer {
    /// Component types, view targets of the specification.
    const FLOAT: u32 = 5126;
    const UNSIGNED_SHORT: u32 = 5123;
    const ARRAY_BUFFER: u32 = 34962;
    const ELEMENT_ARRAY_BUFFER: u32 = 34963;

    /// Positions, normals, indices as accessors.
    fn mesh(&mut self, mesh: &Mesh) -> [usize; 3] {
        let positions = self.vectors(&mesh.positions);
        let normals = self.vectors(&mesh.normals);
        let bytes = mesh.indices.iter().flat_map(|index| index.to_le_bytes()).collect();
        let view = self.view(bytes, Self::ELEMENT_ARRAY_BUFFER);
        let indices = json!({
            "bufferView": view, "componentType": Self::UNSIGNED_SHORT, "count": mesh.indices.len(), "type": "SCALAR",
        });
        [positions, normals, self.accessor(indices)]
    }

    fn vectors(&mut self, vectors: &[[f32; 3]]) -> usize {
        let bound = |pick: fn(f32, f32) -> f32| {
            let first = vectors.first().copied().unwrap_or_default();
            vectors.iter().fold(first, |bound, v| std::array::from_fn(|axis| pick(bound[axis], v[axis])))
        };
        let view = self.view(vectors.iter().flatten().flat_map(|x| x.to_le_bytes()).collect(), Self::ARRAY_BUFFER);
        let vectors = json!({
            "bufferView": view, "componentType": Self::FLOAT, "count": vectors.len(), "type": "VEC3",
            "min": bound(f32::min), "max": bound(f32::max),
        });
        self.accessor(vectors)
    }

    /// The twelve edges of a cell as pairs of points.
    fn edges(&mut self, rows: &[[f64; 3]; 3]) -> usize {
        let corner = |n: usize| -> [f32; 3] {
            std::array::from_fn(|axis| {
                (0..3).map(|k| if n >> k & 1 == 1 { rows[k][axis] } else { 0.0 }).sum::<f64>() as f32
            })
        };
        let ends = (0..8).flat_map(|n| (0..3).filter(move |k| n >> k & 1 == 0).map(move |k| (n, n | 1 << k)));
        let points: Vec<[f32; 3]> = ends.flat_map(|(from, to)| [corner(from), corner(to)]).collect();
        self.vectors(&points)
    }

    fn view(&mut self, bytes: Vec<u8>, target: u32) -> usize {
        self.views.push(json!({
            "buffer": 0, "byteOffset": self.bytes.len(), "byteLength": bytes.len(), "target": target,
        }));
        self.bytes.extend(bytes);
        // Accessors start at multiples of their components' size.
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        self.views.len() - 1
    }

    fn accessor(&mut self, accessor: Value) -> usize {
        self.accessors.push(accessor);
        self.accessors.len() - 1
    }
}

/// Header, a chunk of JSON padded with spaces, a chunk of bytes padded with zeros.
fn container(document: &Value, mut binary: Vec<u8>) -> Result<Vec<u8>, FormatError> {
    let too_large = |_| FormatError::CannotCarry {
        format: StructureFormat::Gltf,
        what: "a scene of more than four gigabytes".to_owned(),
    };
    let mut text = document.to_string().into_bytes();
    text.resize(text.len().next_multiple_of(4), b' ');
    binary.resize(binary.len().next_multiple_of(4), 0);
    let mut file = Vec::with_capacity(28 + text.len() + binary.len());
    file.extend(b"glTF");
    file.extend(2_u32.to_le_bytes());
    file.extend(u32::try_from(28 + text.len() + binary.len()).map_err(too_large)?.to_le_bytes());
    for (kind, chunk) in [(b"JSON", text), (b"BIN\0", binary)] {
        file.extend(u32::try_from(chunk.len()).map_err(too_large)?.to_le_bytes());
        file.extend(kind);
        file.extend(chunk);
    }
    Ok(file)
}
