//! The two shapes of a scene.

use std::collections::HashMap;

/// Triangles, counter-clockwise from outside.
pub(super) struct Mesh {
    pub(super) positions: Vec<[f32; 3]>,
    pub(super) normals: Vec<[f32; 3]>,
    pub(super) indices: Vec<u16>,
}

/// A unit sphere: an icosahedron with every face split into four, twice. 162 corners, 320 triangles.
pub(super) fn sphere() -> Mesh {
    let golden = f32::midpoint(1.0, 5_f32.sqrt());
    let mut positions: Vec<[f32; 3]> = Vec::with_capacity(162);
    for (a, b) in [(-1.0, golden), (1.0, golden), (-1.0, -golden), (1.0, -golden)] {
        positions.extend([[a, b, 0.0], [0.0, a, b], [b, 0.0, a]].map(unit));
    }
    // Of the twelve corners, those an edge apart make the twenty faces.
    let edge = 2.0 / (1.0 + golden * golden).sqrt();
    let is_edge = |i: usize, j: usize| (distance(positions[i], positions[j]) - edge).abs() < 1e-3;
    let mut faces = Vec::with_capacity(320);
    for i in 0..12 {
        for j in i + 1..12 {
            for k in j + 1..12 {
                if is_edge(i, j) && is_edge(j, k) && is_edge(i, k) {
                    faces.push(outward(&positions, [i, j, k]));
                }
            }
        }
    }
    for _ in 0..2 {
        faces = split(&mut positions, &faces);
    }
    let indices = faces.into_iter().flatten().map(|index| index as u16).collect();
    Mesh { normals: positions.clone(), positions, indices }
}

/// A cylinder along y, radius 1, length 1, centred, with 12 sides and closed ends.
pub(super) fn cylinder() -> Mesh {
    const SIDES: u16 = 12;
    let mut mesh = Mesh { positions: Vec::new(), normals: Vec::new(), indices: Vec::new() };
    let circle: Vec<(f32, f32)> =
        (0..SIDES).map(|side| (f32::from(side) * std::f32::consts::TAU / f32::from(SIDES)).sin_cos()).collect();
    for &(x, z) in &circle {
        for y in [-0.5, 0.5] {
            mesh.positions.push([x, y, z]);
            mesh.normals.push([x, 0.0, z]);
        }
    }
    for side in 0..SIDES {
        let next = (side + 1) % SIDES;
        let (low, high, next_low, next_high) = (2 * side, 2 * side + 1, 2 * next, 2 * next + 1);
        mesh.indices.extend([low, next_low, next_high, low, next_high, high]);
    }
    for y in [-0.5, 0.5] {
        // Below 2¹⁶: 48 corners in all.
        let first = mesh.positions.len() as u16;
        for &(x, z) in &circle {
            mesh.positions.push([x, y, z]);
            mesh.normals.push([0.0, y.signum(), 0.0]);
        }
        for side in 1..SIDES - 1 {
            let [a, b] = if y > 0.0 { [side, side + 1] } else { [side + 1, side] };
            mesh.indices.extend([first, first + a, first + b]);
        }
    }
    mesh
}

fn split(positions: &mut Vec<[f32; 3]>, faces: &[[usize; 3]]) -> Vec<[usize; 3]> {
    let mut middles = HashMap::new();
    let mut middle = |i: usize, j: usize| {
        *middles.entry((i.min(j), i.max(j))).or_insert_with(|| {
            let between = std::array::from_fn(|axis| positions[i][axis] + positions[j][axis]);
            positions.push(unit(between));
            positions.len() - 1
        })
    };
    let mut smaller = Vec::with_capacity(4 * faces.len());
    for &[a, b, c] in faces {
        let [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
        smaller.extend([[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]);
    }
    smaller
}

fn unit(v: [f32; 3]) -> [f32; 3] {
    let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    v.map(|x| x / norm)
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(&b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
}

/// The same corners, counter-clockwise from outside.
fn outward(positions: &[[f32; 3]], [i, j, k]: [usize; 3]) -> [usize; 3] {
    let [a, b, c] = [i, j, k].map(|index| positions[index].map(f64::from));
    let u = std::array::from_fn(|axis| b[axis] - a[axis]);
    let v = std::array::from_fn(|axis| c[axis] - a[axis]);
    let normal = crate::structure::crystal::cross(&u, &v);
    if crate::structure::crystal::dot(&normal, &a) > 0.0 { [i, j, k] } else { [i, k, j] }
}
