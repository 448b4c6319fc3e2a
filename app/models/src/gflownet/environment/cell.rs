//! Network cells of NATS-Bench's topology space: six edges between four nodes, an operation on each (Dong et al. 2021).

use super::{
    Cell, Environment, EnvironmentError,
    indexed::{Indexed, no_object},
};

/// What an edge may do, in the order of their numbers.
pub const OPERATIONS: [&str; 5] = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];

/// The edges as (from, to), in the order of the architecture string.
pub const EDGES: [(usize, usize); 6] = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)];

/// Setting one empty edge after the other, in any order. A state holds per edge 0 (empty) or the operation plus 1; it
/// is finished when all are set. An architecture is written `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NatsCell;

impl Environment for NatsCell {
    fn width(&self) -> usize {
        EDGES.len()
    }

    fn actions(&self) -> usize {
        EDGES.len() * OPERATIONS.len()
    }

    fn backward_actions(&self) -> usize {
        EDGES.len()
    }

    fn longest(&self) -> usize {
        EDGES.len()
    }

    fn root(&self, state: &mut [Cell]) {
        state.fill(0);
    }

    fn is_terminal(&self, state: &[Cell]) -> bool {
        state.iter().all(|&c| c != 0)
    }

    fn forward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        for (legal, &c) in legal.chunks_exact_mut(OPERATIONS.len()).zip(state) {
            legal.fill(c == 0);
        }
    }

    fn backward_mask(&self, state: &[Cell], legal: &mut [bool]) {
        for (legal, &c) in legal.iter_mut().zip(state) {
            *legal = c != 0;
        }
    }

    fn step(&self, state: &mut [Cell], action: usize) -> usize {
        let edge = action / OPERATIONS.len();
        state[edge] = (action % OPERATIONS.len()) as Cell + 1;
        edge
    }

    fn step_back(&self, state: &mut [Cell], action: usize) -> usize {
        action * OPERATIONS.len() + std::mem::take(&mut state[action]) as usize - 1
    }

    fn features(&self) -> usize {
        self.actions()
    }

    fn encode(&self, state: &[Cell], ones: &mut Vec<u32>) {
        let set = state.iter().enumerate().filter(|(_, c)| **c != 0);
        ones.extend(set.map(|(edge, &c)| (edge * OPERATIONS.len() + c as usize - 1) as u32));
    }

    /// The architecture string; an empty edge is `?`.
    fn write(&self, state: &[Cell]) -> String {
        let mut text = String::new();
        let mut node = 0;
        for (&(from, to), &c) in EDGES.iter().zip(state) {
            if to != node {
                text.push_str(if node == 0 { "|" } else { "+|" });
                node = to;
            }
            let operation = usize::try_from(c - 1).ok().and_then(|o| OPERATIONS.get(o)).unwrap_or(&"?");
            text.push_str(&format!("{operation}~{from}|"));
        }
        text
    }

    fn read(&self, text: &str) -> Result<Vec<Cell>, EnvironmentError> {
        let error = || no_object(text, "architecture such as |none~0|+|none~0|none~1|+|none~0|none~1|none~2|");
        let mut state = vec![0; EDGES.len()];
        let mut parts = text.split(['|', '+']).filter(|part| !part.is_empty());
        for (c, (from, _)) in state.iter_mut().zip(EDGES) {
            let (name, source) = parts.next().and_then(|part| part.split_once('~')).ok_or_else(error)?;
            let operation = OPERATIONS.iter().position(|&o| o == name).ok_or_else(error)?;
            if source.parse() != Ok(from) {
                return Err(error());
            }
            *c = operation as Cell + 1;
        }
        // The bars and plus signs must be right, too.
        if self.write(&state) == text { Ok(state) } else { Err(error()) }
    }
}

impl Indexed for NatsCell {
    fn objects(&self) -> usize {
        OPERATIONS.len().pow(EDGES.len() as u32)
    }

    /// A number to the base 5, the first edge its first digit.
    fn index_of(&self, state: &[Cell]) -> usize {
        state.iter().fold(0, |index, &c| index * OPERATIONS.len() + c as usize - 1)
    }

    fn object(&self, index: usize, state: &mut [Cell]) {
        let mut rest = index;
        for c in state.iter_mut().rev() {
            *c = (rest % OPERATIONS.len()) as Cell + 1;
            rest /= OPERATIONS.len();
        }
    }
}
