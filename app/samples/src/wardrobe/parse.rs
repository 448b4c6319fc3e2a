//! Which part of a picture is what.

use super::Mask;

/// The 13 groups that try-on networks make of the 20 labels of human parsing. Right and left are the person's own.
///
/// The neck and the torso's skin count as [`Self::Background`], as in HR-VITON's table and those after it. The rendered
/// people end above the knee and wear trousers: [`Self::LeftLeg`] and what follows does not occur in their pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Group {
    /// Everything else, and the skin of neck and torso.
    Background,
    /// Hair, and what covers it.
    Hair,
    /// Face, ears, glasses.
    Face,
    /// The top.
    Upper,
    /// Trousers.
    Bottom,
    /// Left arm and hand.
    LeftArm,
    /// Right arm and hand.
    RightArm,
    /// Left leg.
    LeftLeg,
    /// Right leg.
    RightLeg,
    /// Left shoe.
    LeftShoe,
    /// Right shoe.
    RightShoe,
    /// Socks.
    Socks,
    /// Gloves, scarves.
    Noise,
}

impl Group {
    /// How many there are.
    pub const COUNT: usize = 13;

    /// All of them, in order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Background,
        Self::Hair,
        Self::Face,
        Self::Upper,
        Self::Bottom,
        Self::LeftArm,
        Self::RightArm,
        Self::LeftLeg,
        Self::RightLeg,
        Self::LeftShoe,
        Self::RightShoe,
        Self::Socks,
        Self::Noise,
    ];

    /// The group of an arm: the right one (0) or the left one (1).
    pub(super) fn arm(side: usize) -> Self {
        [Self::RightArm, Self::LeftArm][side]
    }
}

/// The group of every pixel, row-major `[height, width]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The groups.
    pub groups: Vec<Group>,
}

impl Parse {
    /// The pixels of any of these groups.
    pub fn mask(&self, groups: &[Group]) -> Mask {
        let values = self.groups.iter().map(|group| groups.contains(group)).collect();
        Mask { width: self.width, height: self.height, values }
    }

    /// One plane a group, `[13, height, width]`: 1 where a pixel belongs to it.
    pub fn one_hot(&self) -> Vec<f32> {
        let pixels = self.groups.len();
        let mut planes = vec![0.0; Group::COUNT * pixels];
        for (pixel, &group) in self.groups.iter().enumerate() {
            planes[group as usize * pixels + pixel] = 1.0;
        }
        planes
    }
}
