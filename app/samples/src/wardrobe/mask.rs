//! Which pixels of a picture are meant.

/// A set of pixels, row-major `[height, width]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Whether each pixel belongs to it.
    pub values: Vec<bool>,
}

impl Mask {
    /// The pixels that `of(x, y)` chooses.
    pub fn from_fn(width: usize, height: usize, mut of: impl FnMut(usize, usize) -> bool) -> Self {
        let values = (0..width * height).map(|i| of(i % width, i / width)).collect();
        Self { width, height, values }
    }

    /// Whether a pixel belongs to it.
    ///
    /// # Panics
    /// If there is no such pixel.
    pub fn at(&self, x: usize, y: usize) -> bool {
        self.values[y * self.width + x]
    }

    /// How many pixels belong to it.
    pub fn count(&self) -> usize {
        self.values.iter().filter(|&&value| value).count()
    }

    /// The pixels that do not belong to it.
    pub fn inverted(&self) -> Self {
        Self { values: self.values.iter().map(|value| !value).collect(), ..*self }
    }

    /// As a network takes it: 1 where a pixel belongs to it, 0 elsewhere.
    pub fn to_plane(&self) -> Vec<f32> {
        self.values.iter().map(|&value| f32::from(u8::from(value))).collect()
    }

    /// The smallest rectangle around it, `[left, top, right, bottom]`, the last column and row included; `None` if it
    /// is empty.
    pub fn bounds(&self) -> Option<[usize; 4]> {
        let mut bounds: Option<[usize; 4]> = None;
        for (i, _) in self.values.iter().enumerate().filter(|&(_, &value)| value) {
            let (x, y) = (i % self.width, i / self.width);
            let [left, top, right, bottom] = bounds.unwrap_or([x, y, x, y]);
            bounds = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
        }
        bounds
    }

    /// Grown by a square of `side` pixels, which is odd: every pixel that has one of the mask within its square.
    pub fn dilated(&self, side: usize) -> Self {
        self.spread(side / 2, true)
    }

    /// Shrunk by a square of `side` pixels, which is odd; what lies outside of the picture does not shrink it.
    pub fn eroded(&self, side: usize) -> Self {
        self.spread(side / 2, false)
    }

    /// Gives every pixel the value `winner` that has one of that value within `reach` along both axes.
    fn spread(&self, reach: usize, winner: bool) -> Self {
        let near = |at: usize, side: usize| at.saturating_sub(reach)..(at + reach + 1).min(side);
        let rows = Self::from_fn(self.width, self.height, |x, y| {
            near(x, self.width).any(|x| self.at(x, y) == winner) == winner
        });
        Self::from_fn(self.width, self.height, |x, y| near(y, self.height).any(|y| rows.at(x, y) == winner) == winner)
    }
}
