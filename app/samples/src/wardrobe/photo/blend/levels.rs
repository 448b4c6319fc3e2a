//! The region of a blend at falling sizes: what multigrid smooths on.

/// A region with fewer cells is not made coarser.
const COARSEST: usize = 64;
/// Sweeps before and after the coarser region's correction, and on the coarsest.
const SWEEPS: usize = 2;
const LAST_SWEEPS: usize = 32;
/// How far a sweep of Jacobi's goes.
const DAMPING: f32 = 0.8;

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Beyond the seam, or beyond the picture.
    Beyond,
    /// Around the region: its value is given.
    Seam,
    /// In the region: its value is sought.
    Inside,
}

/// A region, with a ring of cells around it that are beyond. The operator of [`Self::apply`] is (number of neighbours +
/// 1 / reach²) · value less the neighbours' sum, neighbours beyond left out: symmetric, positive where there is a seam.
pub(super) struct Level {
    width: usize,
    /// What an inside cell's value is multiplied by, 1 over that, and 1; 0 for all other cells.
    weights: Vec<f32>,
    inverses: Vec<f32>,
    gates: Vec<f32>,
    coarser: Option<Box<Level>>,
}

impl Level {
    /// `cells` are rows of `width`, the first and last of each and of all beyond. `falls` is 1 / reach², in cells.
    pub(super) fn new(width: usize, cells: &[Cell], falls: f32) -> Self {
        let neighbours = |i: usize| [i - 1, i + 1, i - width, i + width];
        let weight = |(i, &cell): (usize, &Cell)| match cell {
            Cell::Inside => neighbours(i).iter().filter(|&&j| cells[j] != Cell::Beyond).count() as f32 + falls,
            Cell::Beyond | Cell::Seam => 0.0,
        };
        let weights: Vec<f32> = cells.iter().enumerate().map(weight).collect();
        let inverses = weights.iter().map(|&weight| if weight > 0.0 { 1.0 / weight } else { 0.0 }).collect();
        let gates = weights.iter().map(|&weight| f32::from(u8::from(weight > 0.0))).collect();
        let inside = cells.iter().filter(|&&cell| cell == Cell::Inside).count();
        let coarser = (inside > COARSEST).then(|| {
            let (columns, rows) = (coarse(width), coarse(cells.len() / width));
            // Seam where any of the four is, else inside where any is.
            let mut coarser = vec![Cell::Beyond; columns * rows];
            for (i, &cell) in cells.iter().enumerate() {
                let to = &mut coarser[coarse_cell(i, width, columns)];
                match (cell, *to) {
                    (Cell::Seam, _) => *to = Cell::Seam,
                    (Cell::Inside, Cell::Beyond) => *to = Cell::Inside,
                    _ => {}
                }
            }
            Box::new(Self::new(columns, &coarser, 4.0 * falls))
        });
        Self { width, weights, inverses, gates, coarser }
    }

    /// The cells inside, of which everything else is 0.
    pub(super) fn is_inside(&self, cell: usize) -> bool {
        self.weights[cell] > 0.0
    }

    /// The operator on values that are 0 outside.
    pub(super) fn apply(&self, values: &[f32]) -> Vec<f32> {
        let (width, count) = (self.width, values.len());
        let mut applied = vec![0.0; count];
        // The ring has no inside cell, so the first and last row can be left out; slices that are shifted against each
        // other let the compiler work on many cells at once.
        let beside = |shift: usize| &values[shift..][..count - 2 * width];
        let sums = beside(width - 1).iter().zip(beside(width + 1)).zip(beside(0).iter().zip(beside(2 * width)));
        let own = self.weights[width..].iter().zip(&self.gates[width..]).zip(beside(width));
        for ((to, ((left, right), (above, below))), ((weight, gate), value)) in
            applied[width..].iter_mut().zip(sums).zip(own)
        {
            *to = weight * value - gate * ((left + right) + (above + below));
        }
        applied
    }

    /// Nearly the inverse of the operator, symmetric: one V-cycle.
    pub(super) fn cycle(&self, residual: &[f32]) -> Vec<f32> {
        let mut values = vec![0.0; residual.len()];
        let Some(coarser) = &self.coarser else {
            self.sweep(residual, &mut values, LAST_SWEEPS);
            return values;
        };
        self.sweep(residual, &mut values, SWEEPS);
        let mut rest = vec![0.0; coarser.weights.len()];
        let to = |i: usize| coarse_cell(i, self.width, coarser.width);
        for (i, (residual, applied)) in residual.iter().zip(self.apply(&values)).enumerate() {
            rest[to(i)] += residual - applied;
        }
        rest.iter_mut().zip(&coarser.gates).for_each(|(rest, gate)| *rest *= gate);
        let correction = coarser.cycle(&rest);
        for (i, (value, gate)) in values.iter_mut().zip(&self.gates).enumerate() {
            *value += gate * correction[to(i)];
        }
        self.sweep(residual, &mut values, SWEEPS);
        values
    }

    fn sweep(&self, residual: &[f32], values: &mut [f32], times: usize) {
        for _ in 0..times {
            let applied = self.apply(values);
            for (((value, residual), applied), inverse) in
                values.iter_mut().zip(residual).zip(&applied).zip(&self.inverses)
            {
                *value += DAMPING * (residual - applied) * inverse;
            }
        }
    }
}

/// How many cells of two cover a row and a ring of cells around it.
fn coarse(side: usize) -> usize {
    (side - 2).div_ceil(2) + 2
}

/// The coarser region's cell that covers a cell.
fn coarse_cell(cell: usize, width: usize, columns: usize) -> usize {
    let (x, y) = (cell % width, cell / width);
    y.div_ceil(2) * columns + x.div_ceil(2)
}
