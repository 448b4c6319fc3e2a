//! Percolation: does the pore space connect opposite faces?

use super::{Volume, packed::PackedRows};

/// For z, y, x: whether some 6-connected piece of the pore space touches both faces across that axis.
///
/// Union–find over the runs of pore voxels along x. What grows with the volume is 5 bytes a run, of which
/// there is at most one for every two voxels.
pub fn percolates(volume: &Volume) -> [bool; 3] {
    joined_faces(&PackedRows::new(volume))
}

pub(crate) fn joined_faces(rows: &PackedRows) -> [bool; 3] {
    let [depth, height, width] = rows.shape();
    let mut pieces = Pieces { parents: Vec::new(), faces: Vec::new() };
    let mut above: Vec<Vec<Run>> = vec![Vec::new(); height];
    let mut slice: Vec<Vec<Run>> = vec![Vec::new(); height];
    for z in 0..depth {
        for (y, above) in above.iter().enumerate() {
            let faces = face(z, depth) | face(y, height) << 2;
            let (done, rest) = slice.split_at_mut(y);
            let row = &mut rest[0];
            row.clear();
            runs(rows.row(z, y), |start, end| {
                let left = u8::from(start == 0) << 4 | u8::from(end == width) << 5;
                row.push(Run { start: start as u32, end: end as u32, piece: pieces.add(faces | left) });
            });
            if let Some(previous) = done.last() {
                join(&mut pieces, previous, row);
            }
            join(&mut pieces, above, row);
        }
        std::mem::swap(&mut above, &mut slice);
    }
    // Faces were gathered at the roots.
    [0b11, 0b1100, 0b11_0000]
        .map(|both| (0..pieces.faces.len()).any(|i| pieces.parents[i] as usize == i && pieces.faces[i] & both == both))
}

/// Bit 0: first face, bit 1: last face.
fn face(index: usize, side: usize) -> u8 {
    u8::from(index == 0) | u8::from(index + 1 == side) << 1
}

#[derive(Clone)]
struct Run {
    start: u32,
    end: u32,
    piece: u32,
}

/// Calls `found(start, end)` for every maximal run of ones.
fn runs(row: &[u64], mut found: impl FnMut(usize, usize)) {
    let mut open = None;
    for (i, &word) in row.iter().enumerate() {
        let mut position = 0;
        while position < 64 {
            let rest = word >> position;
            match open {
                None if rest == 0 => break,
                None => {
                    position += rest.trailing_zeros() as usize;
                    open = Some(64 * i + position);
                }
                Some(start) => {
                    position += (!rest).trailing_zeros() as usize;
                    if position < 64 {
                        found(start, 64 * i + position);
                        open = None;
                    }
                }
            }
        }
    }
    if let Some(start) = open {
        found(start, 64 * row.len());
    }
}

/// Unites the runs of two neighbouring rows that overlap.
fn join(pieces: &mut Pieces, a: &[Run], b: &[Run]) {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i].start < b[j].end && b[j].start < a[i].end {
            pieces.unite(a[i].piece, b[j].piece);
        }
        if a[i].end < b[j].end {
            i += 1;
        } else {
            j += 1;
        }
    }
}

struct Pieces {
    parents: Vec<u32>,
    /// Faces that a piece touches: bits z first, z last, y first, y last, x first, x last.
    faces: Vec<u8>,
}

impl Pieces {
    fn add(&mut self, faces: u8) -> u32 {
        let piece = self.parents.len() as u32;
        self.parents.push(piece);
        self.faces.push(faces);
        piece
    }

    fn root(&mut self, mut piece: u32) -> u32 {
        while self.parents[piece as usize] != piece {
            let grandparent = self.parents[self.parents[piece as usize] as usize];
            self.parents[piece as usize] = grandparent;
            piece = grandparent;
        }
        piece
    }

    fn unite(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        // The older root stays: trees stay shallow because rows meet in order.
        let (old, young) = (a.min(b) as usize, a.max(b) as usize);
        self.parents[young] = old as u32;
        self.faces[old] |= self.faces[young];
    }
}
