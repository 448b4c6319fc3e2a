//! The region of a blend at falling sizes, and its solution from the coarsest to the finest.

use super::conjugate;

/// A region with fewer cells is not made coarser.
const COARSEST: usize = 64;

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Nothing that counts: beyond the seam.
    Beyond,
    /// Around the region: its value is given.
    Seam,
    /// In the region: its value is sought.
    Inside,
}

/// A region.
pub(super) struct Level {
    pub(super) width: usize,
    pub(super) cells: Vec<Cell>,
    /// 1 / reach², in cells.
    pub(super) falls: f32,
    coarser: Option<Box<Level>>,
}

impl Level {
    /// The region of a mask, with its seam.
    pub(super) fn finest(width: usize, height: usize, falls: f32, mask: impl Fn(usize, usize) -> bool) -> Self {
        let inside = |x: usize, y: usize| x < width && y < height && mask(x, y);
        let cell = |i: usize| {
            let (x, y) = (i % width, i / width);
            let beside = || {
                inside(x.wrapping_sub(1), y) || inside(x + 1, y) || inside(x, y.wrapping_sub(1)) || inside(x, y + 1)
            };
            match inside(x, y) {
                true => Cell::Inside,
                false if beside() => Cell::Seam,
                false => Cell::Beyond,
            }
        };
        Self::with_coarser(width, (0..width * height).map(cell).collect(), falls)
    }

    fn with_coarser(width: usize, cells: Vec<Cell>, falls: f32) -> Self {
        let mut level = Self { width, cells, falls, coarser: None };
        if level.cells.iter().filter(|&&cell| cell == Cell::Inside).count() > COARSEST {
            let (columns, rows) = (level.width.div_ceil(2), level.height().div_ceil(2));
            let cells = (0..columns * rows).map(|i| {
                // Seam where any of the four is, else inside where any is.
                level.finer(i % columns, i / columns).map(|fine| level.cells[fine]).fold(Cell::Beyond, |a, b| match (a, b) {
                    (Cell::Seam, _) | (_, Cell::Seam) => Cell::Seam,
                    (Cell::Inside, _) | (_, Cell::Inside) => Cell::Inside,
                    _ => Cell::Beyond,
                })
            });
            let cells: Vec<Cell> = cells.collect();
            level.coarser = Some(Box::new(Self::with_coarser(columns, cells, 4.0 * falls)));
        }
        level
    }

    pub(super) fn height(&self) -> usize {
        self.cells.len() / self.width.max(1)
    }

    /// The values of all cells: those of the seam as given, those inside solved for, 0 beyond.
    pub(super) fn solve(&self, seam: impl Fn(usize, usize) -> f32) -> Vec<f32> {
        let given = |i: usize| if self.cells[i] == Cell::Seam { seam(i % self.width, i / self.width) } else { 0.0 };
        self.solved((0..self.cells.len()).map(given).collect())
    }

    fn solved(&self, mut values: Vec<f32>) -> Vec<f32> {
        if let Some(coarser) = &self.coarser {
            let given = |x: usize, y: usize| {
                let (mut count, mut sum) = (0, 0.0);
                for fine in self.finer(x, y).filter(|&fine| self.cells[fine] == Cell::Seam) {
                    count += 1;
                    sum += values[fine];
                }
                if count > 0 { sum / count as f32 } else { 0.0 }
            };
            let guess = coarser.solve(given);
            for (i, value) in values.iter_mut().enumerate().filter(|&(i, _)| self.cells[i] == Cell::Inside) {
                *value = guess[(i / self.width / 2) * coarser.width + i % self.width / 2];
            }
        }
        conjugate::improve(self, &mut values);
        values
    }

    /// The up to four cells that one of the coarser level covers.
    fn finer(&self, x: usize, y: usize) -> impl Iterator<Item = usize> + use<> {
        let (width, height) = (self.width, self.height());
        (0..4).filter_map(move |i| {
            let (x, y) = (2 * x + i % 2, 2 * y + i / 2);
            (x < width && y < height).then_some(y * width + x)
        })
    }
}
