//! Pieces of a picture: what around a piece is computed only because the piece depends on it, and is given up as soon as
//! nothing does.

use burn::tensor::Tensor;

/// Pixels at the sides of a piece that nobody asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margins {
    /// Columns.
    pub left: usize,
    /// Rows.
    pub top: usize,
    /// Columns.
    pub right: usize,
    /// Rows.
    pub bottom: usize,
}

impl Margins {
    /// None: the piece is the picture.
    pub const NONE: Self = Self { left: 0, top: 0, right: 0, bottom: 0 };

    /// The same of a picture whose sides are `scale` times longer.
    pub fn times(self, scale: usize) -> Self {
        self.map(|side| side * scale)
    }

    /// `[batch, channels, h, w]` without the margins.
    pub fn cut(self, maps: Tensor<4>) -> Tensor<4> {
        if self == Self::NONE {
            return maps;
        }
        let [_, _, height, width] = maps.dims();
        maps.narrow(2, self.top, height - self.top - self.bottom).narrow(3, self.left, width - self.left - self.right)
    }

    fn map(self, f: impl Fn(usize) -> usize) -> Self {
        Self { left: f(self.left), top: f(self.top), right: f(self.right), bottom: f(self.bottom) }
    }
}

/// The margins of a piece on its way through a network.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waning {
    margins: Margins,
    /// How far the piece still depends on what is around it.
    reach: usize,
}

impl Waning {
    /// Of a whole picture.
    pub fn whole() -> Self {
        Self { margins: Margins::NONE, reach: 0 }
    }

    /// A piece that depends on `reach` pixels around it. Where its margin is smaller the picture ends there.
    pub fn new(margins: Margins, reach: usize) -> Self {
        Self { margins, reach }
    }

    /// Behind a layer that saw `step` pixels far: both maps without what no later layer sees.
    pub fn shrink(&mut self, step: usize, a: Tensor<4>, b: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
        self.reach = self.reach.saturating_sub(step);
        let kept = self.margins.map(|side| side.min(self.reach));
        let gone = Margins {
            left: self.margins.left - kept.left,
            top: self.margins.top - kept.top,
            right: self.margins.right - kept.right,
            bottom: self.margins.bottom - kept.bottom,
        };
        self.margins = kept;
        (gone.cut(a), gone.cut(b))
    }

    /// On maps of half the sides.
    pub fn coarser(self) -> Self {
        Self { margins: self.margins.map(|side| side / 2), reach: self.reach / 2 }
    }

    /// On maps of twice the sides, of which the rest of the network sees `reach` pixels.
    pub fn finer(self, reach: usize) -> Self {
        Self { margins: self.margins.times(2), reach }
    }
}
