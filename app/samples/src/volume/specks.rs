//! Lone voxels: pores that touch no pore, grains that touch no grain.
//!
//! A network that is uncertain of a voxel leaves one here and there. They carry next to no volume and surface, but each
//! counts as a piece of its own in the Euler number. The 3×3×3 median of the paper removes them too, and with them
//! whatever is thinner than two voxels.

use super::{GRAIN, PORE, Volume};

impl Volume {
    /// The same volume without voxels that stand alone: a pore none of whose 6 neighbours is a pore, a grain none of
    /// whose 26 neighbours is a grain. What lies outside touches nothing.
    pub fn without_lone_voxels(&self) -> Self {
        let mut voxels = self.voxels.clone();
        for z in 0..self.shape[0] {
            for y in 0..self.shape[1] {
                for x in 0..self.shape[2] {
                    let at = [z, y, x];
                    let index = self.index(z, y, x);
                    let value = self.voxels[index];
                    let alone = match value {
                        PORE => self.neighbours(at, 1).all(|other| other != value),
                        _ => self.neighbours(at, 3).all(|other| other != value),
                    };
                    if alone {
                        voxels[index] = if value == PORE { GRAIN } else { PORE };
                    }
                }
            }
        }
        Self { shape: self.shape, voxels }
    }

    /// Values of the voxels around one that differ from it in at most `axes` coordinates: 1 for the 6 across faces, 3
    /// for all 26.
    fn neighbours(&self, at: [usize; 3], axes: usize) -> impl Iterator<Item = u8> {
        let shape = self.shape;
        let near = move |axis: usize| at[axis].saturating_sub(1)..(at[axis] + 2).min(shape[axis]);
        let places = near(0).flat_map(move |z| near(1).flat_map(move |y| near(2).map(move |x| [z, y, x])));
        let differing = move |other: [usize; 3]| (0..3).filter(|&axis| other[axis] != at[axis]).count();
        places
            .filter(move |&other| (1..=axes).contains(&differing(other)))
            .map(|[z, y, x]| self.voxels[self.index(z, y, x)])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::volume::Euler;

    fn volume(pores: &[[usize; 3]]) -> Volume {
        Volume::from_fn(5, |z, y, x| pores.contains(&[z, y, x]))
    }

    #[test]
    fn a_pore_needs_a_face_and_a_grain_a_corner() {
        let alone = volume(&[[2, 2, 2], [0, 4, 4]]);
        assert_eq!(alone.without_lone_voxels(), volume(&[]));
        // Two that touch by an edge are both alone, two that share a face are not.
        assert_eq!(volume(&[[1, 1, 1], [1, 2, 2]]).without_lone_voxels(), volume(&[]));
        let pair = volume(&[[1, 1, 1], [1, 1, 2]]);
        assert_eq!(pair.without_lone_voxels(), pair);
        // A grain in the middle of a pore goes; two that meet at a corner stay.
        let hollow = |grains: &'static [[usize; 3]]| Volume::from_fn(5, move |z, y, x| !grains.contains(&[z, y, x]));
        assert_eq!(hollow(&[[2, 2, 2]]).without_lone_voxels(), hollow(&[]));
        assert_eq!(hollow(&[[1, 1, 1], [2, 2, 2]]).without_lone_voxels(), hollow(&[[1, 1, 1], [2, 2, 2]]));
    }

    proptest! {
        #[test]
        fn the_euler_number_falls_by_one_for_each(voxels in proptest::collection::vec(0u8..2, 6 * 7 * 5)) {
            // Inside a frame of grain, so that the border plays no part.
            let inner = Volume::new([6, 7, 5], voxels).unwrap();
            let framed = |v: &Volume| {
                let mut voxels = vec![GRAIN; 10 * 11 * 9];
                for (i, &value) in v.voxels().iter().enumerate() {
                    let (z, y, x) = (i / 35, i / 5 % 7, i % 5);
                    voxels[((z + 2) * 11 + y + 2) * 9 + x + 2] = value;
                }
                Volume::new([10, 11, 9], voxels).unwrap()
            };
            let before = framed(&inner);
            let after = before.without_lone_voxels();
            // Lone pores are pieces, lone grains are cavities: each adds 1 to the Euler number of the 6-connected pores.
            let changed = before.voxels().iter().zip(after.voxels()).filter(|(a, b)| a != b).count();
            let euler = |v: &Volume| Euler::window(v).pore6;
            prop_assert_eq!(euler(&before) - euler(&after), changed as f64);
        }
    }
}
