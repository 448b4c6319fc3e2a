//! Sets of a fixed size, element by element, with an energy for each element (Pan et al. 2023, fl-gfn §3).

use super::{
    Cell, Environment, EnvironmentError, MAX_WIDTH, Reward,
    indexed::{no_object, write_numbers},
};

/// A published size: how many elements there are, how many are chosen, and their energies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SetSize {
    /// Elements to choose from, |U|.
    pub elements: usize,
    /// Elements of a finished set, |S|.
    pub chosen: usize,
    /// The distinct energies; each belongs to `elements / 10` elements.
    pub levels: [f64; 10],
}

/// 20 of 30.
pub const SMALL: SetSize = SetSize {
    elements: 30,
    chosen: 20,
    levels: [
        -0.438139785067,
        -0.400464491118,
        -0.274505975126,
        0.0131497449111,
        0.411053572092,
        0.626174916224,
        0.69614744617,
        0.744228213937,
        0.820635028776,
        0.883494921539,
    ],
};

/// 60 of 80.
pub const MEDIUM: SetSize = SetSize {
    elements: 80,
    chosen: 60,
    levels: [
        -0.78668304116,
        -0.783787294989,
        -0.523049755541,
        -0.418608067459,
        -0.38552057296,
        0.296121822437,
        0.57318024512,
        0.600929161881,
        0.688181251769,
        0.739635097067,
    ],
};

/// 80 of 100.
pub const LARGE: SetSize = SetSize {
    elements: 100,
    chosen: 80,
    levels: [
        -0.859685410774,
        -0.593878962281,
        -0.559617736905,
        -0.458999772051,
        -0.153829575079,
        0.138321827229,
        0.392502917615,
        0.723198258143,
        0.732698986002,
        0.924453838074,
    ],
};

impl SetSize {
    /// Energy of each element, ascending.
    pub fn energies(&self) -> Vec<f64> {
        let copies = self.elements / self.levels.len();
        self.levels.iter().flat_map(|&e| std::iter::repeat_n(e, copies)).collect()
    }
}

/// Adding absent elements until enough are in; there is no stop action. A state is a 0/1 row over the elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetGeneration {
    elements: usize,
    chosen: usize,
}

impl SetGeneration {
    /// Sets of `chosen` among `elements`.
    ///
    /// # Errors
    /// If `chosen` is 0 or not below `elements`, or there are more than [`MAX_WIDTH`] elements.
    pub fn new(elements: usize, chosen: usize) -> Result<Self, EnvironmentError> {
        if chosen == 0 || chosen >= elements || elements > MAX_WIDTH {
            let text =
                format!("sets of {chosen} among {elements}: choose from 1 to all but one of {MAX_WIDTH} at most");
            return Err(EnvironmentError::Size(text));
        }
        Ok(Self { elements, chosen })
    }

    /// Elements of a finished set.
    pub fn chosen(&self) -> usize {
        self.chosen
    }
}

fn count(state: &[Cell]) -> usize {
    state.iter().filter(|&&c| c != 0).count()
}

impl Environment for SetGeneration {
    fn width(&self) -> usize {
        self.elements
    }

    fn actions(&self) -> usize {
        self.elements
    }

    fn backward_actions(&self) -> usize {
        self.elements
    }

    fn longest(&self) -> usize {
        self.chosen
    }

    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }

    fn is_terminal(&self, state: &[Cell]) -> bool {
        count(state) == self.chosen
    }

    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        let open = !self.is_terminal(state);
        for (legal, &c) in legal.iter_mut().zip(state) {
            *legal = open && c == 0;
        }
    }

    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        for (legal, &c) in legal.iter_mut().zip(state) {
            *legal = c != 0;
        }
    }

    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] = 1;
        action
    }

    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        state[action] = 0;
        action
    }

    fn features(&self) -> usize {
        self.elements
    }

    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        ones.extend((0u32..).zip(state).filter(|(_, c)| **c != 0).map(|(i, _)| i));
    }

    fn write(&self, state: &[Cell]) -> String {
        write_numbers((0..).zip(state).filter(|(_, c)| **c != 0).map(|(i, _)| i))
    }

    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        let mut state = vec![0; self.elements];
        let numbers = super::indexed::read_numbers(text, self.chosen, self.elements);
        for element in numbers.iter().flatten() {
            state[*element as usize] = 1;
        }
        if count(&state) == self.chosen {
            return Ok(state);
        }
        let what = format!("set: {} different numbers below {} with commas between", self.chosen, self.elements);
        Err(no_object(text, what))
    }
}

/// So that the energies of [`MAX_WIDTH`] elements have a finite sum.
const LARGEST_ENERGY: f64 = 1e300;

/// `R(x) = Π exp(−E_i)` over the elements of x; unfinished sets count what they hold.
#[derive(Clone, Debug, PartialEq)]
pub struct SetReward {
    energies: Vec<f64>,
}

impl SetReward {
    /// From the energy of each element.
    ///
    /// # Errors
    /// If one is NaN or so large that a sum of them could be infinite.
    pub fn new(energies: Vec<f64>) -> Result<Self, EnvironmentError> {
        match energies.iter().position(|e| e.is_nan() || e.abs() > LARGEST_ENERGY) {
            Some(at) => Err(EnvironmentError::Reward(format!("energy number {} is {}", at + 1, energies[at]))),
            None => Ok(Self { energies }),
        }
    }

    /// Energy of each element.
    pub fn energies(&self) -> &[f64] {
        &self.energies
    }
}

impl Reward for SetReward {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        self.energies.iter().zip(state).filter(|(_, c)| **c != 0).map(|(e, _)| -e).sum()
    }

    fn partial(&self, state: &[Cell]) -> Option<f64> {
        // The empty sum of floats is −0.
        Some(self.log_reward(state) + 0.0)
    }
}
