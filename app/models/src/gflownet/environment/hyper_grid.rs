//! Walks on a grid of any dimension: each action adds 1 to a coordinate, and stopping makes the cell the object
//! (Bengio et al. 2021, §4.1; every cell can be stopped in, as in torchgfn).

use super::{
    Cell, Environment, EnvironmentError, MAX_WIDTH,
    indexed::{Indexed, no_object, read_numbers, write_numbers},
};

/// Most cells of a grid. A larger one is refused: its flows and its target could not be shown.
pub const MAX_CELLS: usize = 1 << 22;

/// A grid of `side` cells along each of `dimensions` axes. A state is the coordinates and a flag: 1 once stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HyperGrid {
    dimensions: usize,
    side: usize,
    cells: usize,
}

impl HyperGrid {
    /// The grid.
    ///
    /// # Errors
    /// If it has no dimension, fewer than two cells along an axis, or more than [`MAX_CELLS`] cells.
    pub fn new(dimensions: usize, side: usize) -> Result<Self, EnvironmentError> {
        if dimensions == 0 || dimensions >= MAX_WIDTH {
            let text = format!("a grid of {dimensions} dimensions is not between 1 and {}", MAX_WIDTH - 1);
            return Err(EnvironmentError::Size(text));
        }
        if side < 2 {
            return Err(EnvironmentError::Size(format!("a grid with a side of {side} has nowhere to go")));
        }
        // `dimensions` was bounded above, so the exponent fits.
        let states = (side as f64).powi(dimensions as i32);
        if states > MAX_CELLS as f64 || side > Cell::MAX as usize {
            return Err(EnvironmentError::TooManyStates { states, limit: MAX_CELLS });
        }
        Ok(Self { dimensions, side, cells: side.pow(dimensions as u32) })
    }

    /// Number of axes.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Cells along each axis.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// Number of a cell, the first coordinate running fastest: of a picture with `y` downwards, row after row.
    pub fn cell_of(&self, state: &[Cell]) -> usize {
        state[..self.dimensions].iter().rev().fold(0, |index, &c| index * self.side + c as usize)
    }

    /// Writes the coordinates of cell number `cell` into the first places of `state`.
    pub fn coordinates(&self, cell: usize, state: &mut [Cell]) {
        let mut rest = cell;
        for c in &mut state[..self.dimensions] {
            *c = (rest % self.side) as Cell;
            rest /= self.side;
        }
    }
}

impl Environment for HyperGrid {
    fn width(&self) -> usize {
        self.dimensions + 1
    }

    fn actions(&self) -> usize {
        self.dimensions + 1
    }

    fn backward_actions(&self) -> usize {
        self.dimensions + 1
    }

    fn longest(&self) -> usize {
        self.dimensions * (self.side - 1) + 1
    }

    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }

    fn is_terminal(&self, state: &[Cell]) -> bool {
        state[self.dimensions] != 0
    }

    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let open = !self.is_terminal(state);
        for (legal, &c) in legal.iter_mut().zip(&state[..self.dimensions]) {
            *legal = open && (c as usize) + 1 < self.side;
        }
        legal[self.dimensions] = open;
    }

    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let open = !self.is_terminal(state);
        for (legal, &c) in legal.iter_mut().zip(&state[..self.dimensions]) {
            *legal = open && c > 0;
        }
        legal[self.dimensions] = !open;
    }

    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] += 1;
        action
    }

    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] -= 1;
        action
    }

    fn features(&self) -> usize {
        self.dimensions * self.side + 1
    }

    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        ones.extend(state[..self.dimensions].iter().enumerate().map(|(i, &c)| (i * self.side + c as usize) as u32));
        if self.is_terminal(state) {
            ones.push((self.dimensions * self.side) as u32);
        }
    }

    fn write(&self, state: &[Cell]) -> String {
        write_numbers(state[..self.dimensions].iter().map(|&c| c as usize))
    }

    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        let mut state = read_numbers(text, self.dimensions, self.side).ok_or_else(|| {
            let what = format!("cell: {} numbers below {} with commas between", self.dimensions, self.side);
            no_object(text, what)
        })?;
        state.push(1);
        Ok(state)
    }
}

impl Indexed for HyperGrid {
    fn objects(&self) -> usize {
        self.cells
    }

    fn index_of(&self, state: &[Cell]) -> usize {
        self.cell_of(state)
    }

    fn object(&self, index: usize, state: &mut [Cell]) {
        self.coordinates(index, state);
        state[self.dimensions] = 1;
    }

    fn partial_index(&self, state: &[Cell]) -> Option<usize> {
        Some(self.cell_of(state))
    }
}
