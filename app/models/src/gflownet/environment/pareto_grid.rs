//! A square grid on which several objectives are maximised at once (op-gfn §3): coordinates grow, and the walk ends by
//! stopping or by reaching the far edge.

use std::f64::consts::PI;

use super::{
    Cell, Environment, EnvironmentError, Reward,
    indexed::{Indexed, no_object, read_numbers, write_numbers},
};

/// Most cells along a side.
pub const MAX_SIDE: usize = 1024;

/// Walks on `side × side` cells. A state is two coordinates and a flag: 1 once stopped. Cells on the far edge
/// (coordinate `side − 1`) are finished without stopping and are nobody's parents; the far corner cannot be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParetoGrid {
    side: usize,
}

impl ParetoGrid {
    /// The grid.
    ///
    /// # Errors
    /// If the side is not between 2 and [`MAX_SIDE`].
    pub fn new(side: usize) -> Result<Self, EnvironmentError> {
        if !(2..=MAX_SIDE).contains(&side) {
            return Err(EnvironmentError::Size(format!("a side of {side} cells is not between 2 and {MAX_SIDE}")));
        }
        Ok(Self { side })
    }

    /// The published size: 32 × 32, with 1023 finished cells.
    pub fn published() -> Self {
        Self { side: 32 }
    }

    /// Cells along a side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// The point of a state, each coordinate in [−1, 1].
    pub fn point(&self, state: &[Cell]) -> [f64; 2] {
        [state[0], state[1]].map(|c| 2.0 * f64::from(c) / (self.side - 1) as f64 - 1.0)
    }

    fn on_edge(&self, state: &[Cell]) -> bool {
        state[..2].iter().any(|&c| c as usize + 1 >= self.side)
    }
}

impl Environment for ParetoGrid {
    fn width(&self) -> usize {
        3
    }

    fn actions(&self) -> usize {
        3
    }

    fn backward_actions(&self) -> usize {
        3
    }

    fn longest(&self) -> usize {
        2 * self.side - 3
    }

    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }

    fn is_terminal(&self, state: &[Cell]) -> bool {
        state[2] != 0 || self.on_edge(state)
    }

    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        legal.fill(!self.is_terminal(state));
    }

    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        legal[2] = state[2] != 0;
        for axis in 0..2 {
            // A cell of the far edge has a finished neighbour along the edge, which is not its parent.
            let from_edge = state[1 - axis] as usize + 1 >= self.side;
            legal[axis] = state[2] == 0 && state[axis] > 0 && !from_edge;
        }
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
        2 * self.side + 1
    }

    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        ones.extend([state[0] as u32, self.side as u32 + state[1] as u32]);
        if state[2] != 0 {
            ones.push(2 * self.side as u32);
        }
    }

    fn write(&self, state: &[Cell]) -> String {
        write_numbers(state[..2].iter().map(|&c| c as usize))
    }

    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        let last = (self.side - 1) as Cell;
        let mut state = read_numbers(text, 2, self.side)
            .filter(|cell| cell.iter().any(|&c| c < last))
            .ok_or_else(|| no_object(text, format!("cell: two numbers up to {last}, not both {last}, with a comma")))?;
        state.push(Cell::from(!self.on_edge(&state)));
        Ok(state)
    }
}

impl Indexed for ParetoGrid {
    fn objects(&self) -> usize {
        self.side * self.side - 1
    }

    /// Row after row: the far corner, which is no object, would be the last.
    fn index_of(&self, state: &[Cell]) -> usize {
        state[1] as usize * self.side + state[0] as usize
    }

    fn object(&self, index: usize, state: &mut [Cell]) {
        state[0] = (index % self.side) as Cell;
        state[1] = (index / self.side) as Cell;
        state[2] = Cell::from(!self.on_edge(state));
    }
}

/// What can be maximised: classic test functions on [−1, 1]², scaled so that they lie about in [0, 1] (the constants of
/// the authors' grid).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Objective {
    /// 1 minus Branin's function on [−5, 10] × [0, 15], over 308.13.
    Branin,
    /// Currin's function on [0, 1]², over 13.77.
    Currin,
    /// Shubert's function on [−1.5, 1.5]², turned about 0; plus 186.8, over 397.
    Shubert,
    /// Beale's function on [−1, 1]², over 38.8.
    Beale,
}

impl Objective {
    /// All of them, in the order in which the Pareto fronts are named.
    pub const ALL: [Self; 4] = [Self::Branin, Self::Currin, Self::Shubert, Self::Beale];

    /// The value at a point of [−1, 1]².
    pub fn value(self, point: [f64; 2]) -> f64 {
        let [x, y] = point;
        let [u, v] = point.map(|c| 0.5 * c + 0.5);
        match self {
            Self::Branin => {
                let (a, b) = (15.0 * u - 5.0, 15.0 * v);
                let t = b - 5.1 / (4.0 * PI * PI) * a * a + 5.0 / PI * a - 6.0;
                1.0 - (t * t + 10.0 * (1.0 - 1.0 / (8.0 * PI)) * a.cos() + 10.0) / 308.13
            }
            Self::Currin => {
                // The small number keeps the quotient finite at v = 0.
                let damping = 1.0 - (-1.0 / (2.0 * v + 1e-10)).exp();
                let above = ((2300.0 * u + 1900.0) * u + 2092.0) * u + 60.0;
                let below = ((100.0 * u + 500.0) * u + 4.0) * u + 20.0;
                damping * above / below / 13.77
            }
            Self::Shubert => {
                let sum = |c: f64| (1..=5).map(f64::from).map(|i| i * ((i + 1.0) * -1.5 * c + i).cos()).sum::<f64>();
                (sum(x) * sum(y) + 186.8) / 397.0
            }
            Self::Beale => {
                let term = |target: f64, power: i32| (target - x + x * y.powi(power)).powi(2);
                (term(1.5, 1) + term(2.25, 2) + term(2.625, 3)) / 38.8
            }
        }
    }
}

/// What a weighted sum of objectives counts as at least: an objective may dip below 0 by its scaling, and a reward of 0
/// has no logarithm to learn from.
pub(super) const SMALLEST: f64 = 1e-8;

/// `R(x) = (w·f(x))^T`: one compromise between objectives, as preference-conditioned learners are given (op-gfn §3).
#[derive(Clone, Debug, PartialEq)]
pub struct PreferenceReward {
    grid: ParetoGrid,
    weighted: Vec<(Objective, f64)>,
    exponent: f64,
}

impl PreferenceReward {
    /// The reward for objectives with their weights.
    ///
    /// # Errors
    /// If a weight or the exponent is not a number ≥ 0, or all weights are 0.
    pub fn new(grid: ParetoGrid, weighted: Vec<(Objective, f64)>, exponent: f64) -> Result<Self, EnvironmentError> {
        let numbers = weighted.iter().map(|(_, w)| *w).chain([exponent]);
        if let Some(bad) = numbers.into_iter().find(|w| !(*w >= 0.0 && w.is_finite())) {
            return Err(EnvironmentError::Reward(format!("{bad} is not a number ≥ 0")));
        }
        if weighted.iter().all(|(_, w)| *w == 0.0) {
            return Err(EnvironmentError::Reward("every weight is 0".into()));
        }
        Ok(Self { grid, weighted, exponent })
    }
}

impl Reward for PreferenceReward {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        let point = self.grid.point(state);
        let sum: f64 = self.weighted.iter().map(|(objective, w)| w * objective.value(point)).sum();
        self.exponent * sum.max(SMALLEST).ln()
    }
}
