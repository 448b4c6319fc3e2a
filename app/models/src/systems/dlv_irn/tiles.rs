//! A picture in pieces that overlap by as much as a pixel sees: whatever the pieces, the result is the same.

use crate::invertible::Margins;

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Rect {
    /// All coordinates times `scale`.
    pub fn times(self, scale: usize) -> Self {
        Self { x: self.x * scale, y: self.y * scale, width: self.width * scale, height: self.height * scale }
    }
}

/// A piece of the small picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tile {
    /// What the piece yields; these lie side by side and fill the picture.
    pub core: Rect,
    /// What must be computed for it: the core and what it depends on.
    pub seen: Rect,
}

impl Tile {
    /// What is seen beyond the core.
    pub fn margins(&self) -> Margins {
        let Self { core, seen } = self;
        Margins {
            left: core.x - seen.x,
            top: core.y - seen.y,
            right: seen.x + seen.width - core.x - core.width,
            bottom: seen.y + seen.height - core.y - core.height,
        }
    }
}

/// Cuts a small picture of `width`×`height` into tiles of at most `edge`², each with `reach` pixels around it where
/// the picture has them.
pub fn cut(width: usize, height: usize, edge: usize, reach: usize) -> Vec<Tile> {
    let mut tiles = Vec::new();
    for (y, high) in spans(height, edge) {
        for (x, wide) in spans(width, edge) {
            let (left, top) = (x.saturating_sub(reach), y.saturating_sub(reach));
            let (right, bottom) = ((x + wide + reach).min(width), (y + high + reach).min(height));
            tiles.push(Tile {
                core: Rect { x, y, width: wide, height: high },
                seen: Rect { x: left, y: top, width: right - left, height: bottom - top },
            });
        }
    }
    tiles
}

/// Spans of about equal length, at most `edge`.
fn spans(length: usize, edge: usize) -> Vec<(usize, usize)> {
    let count = length.div_ceil(edge);
    let start = |i: usize| i * length / count;
    (0..count).map(|i| (start(i), start(i + 1) - start(i))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn cores_fill_the_picture_once_and_are_seen_with_what_they_need(
            width in 1usize..90, height in 1usize..90, edge in 1usize..40, reach in 0usize..20,
        ) {
            let mut times = vec![0; width * height];
            for tile in cut(width, height, edge, reach) {
                let Rect { x, y, width: wide, height: high } = tile.core;
                prop_assert!(wide > 0 && wide <= edge && high > 0 && high <= edge);
                for row in y..y + high {
                    for column in x..x + wide {
                        times[row * width + column] += 1;
                    }
                }
                let seen = tile.seen;
                prop_assert!(seen.x == x.saturating_sub(reach) && seen.y == y.saturating_sub(reach));
                prop_assert!(seen.x + seen.width == (x + wide + reach).min(width));
                prop_assert!(seen.y + seen.height == (y + high + reach).min(height));
            }
            prop_assert!(times.iter().all(|&n| n == 1));
        }
    }
}
