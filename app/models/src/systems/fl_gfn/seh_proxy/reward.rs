//! The reward of molecules, finished or not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{AtomGraph, SehProxy};
use crate::gflownet::environment::{Cell, Reward, fragments::Fragments};

/// From the proxy's value `p` to `R = (max(floor, p) / scale)^exponent`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// `R_min`, above 0.
    pub floor: f64,
    /// Few molecules have more.
    pub scale: f64,
    /// `β`.
    pub exponent: f64,
}

impl Default for Shape {
    /// Of forward-looking GFlowNets, spec §3.
    fn default() -> Self {
        Self { floor: 0.1, scale: 8.0, exponent: 4.0 }
    }
}

impl Shape {
    /// `ln R`; a proxy that is not a number counts as the floor.
    pub fn log_reward(&self, proxy: f64) -> f64 {
        self.exponent * (proxy.max(self.floor) / self.scale).ln()
    }
}

/// Opinions that are kept. Each takes some two hundred bytes.
const MOST_KNOWN: usize = 1 << 17;

/// The proxy's opinion of molecules of fragments.
///
/// One opinion takes a millisecond or so, and learners come by the same molecules again: opinions are kept, and shared
/// between clones.
#[derive(Clone)]
pub struct SehReward {
    rules: Arc<Fragments>,
    proxy: Arc<SehProxy>,
    shape: Shape,
    known: Arc<Mutex<HashMap<Box<[Cell]>, f32>>>,
}

impl SehReward {
    /// The reward for states of these rules.
    pub fn new(rules: Arc<Fragments>, proxy: Arc<SehProxy>, shape: Shape) -> Self {
        Self { rules, proxy, shape, known: Arc::default() }
    }

    /// The proxy's value of a state, finished or not; 0 at the root.
    pub fn proxy(&self, state: &[Cell]) -> f64 {
        let molecule = self.rules.molecule_of(state);
        // A panic elsewhere leaves the numbers as they are: each is written whole.
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&value) = known().get(molecule) {
            return value.into();
        }
        let value = self.proxy.predict(&AtomGraph::new(&self.rules.assemble(state)));
        let mut known = known();
        if known.len() >= MOST_KNOWN {
            known.clear();
        }
        known.insert(molecule.into(), value);
        value.into()
    }
}

impl Reward for SehReward {
    fn log_reward(&self, state: &[Cell]) -> f64 {
        self.shape.log_reward(self.proxy(state))
    }

    /// 0 at the root, where there is no molecule (R = 1, as the authors have it); elsewhere the reward of the molecule
    /// so far. It is flat where the proxy is below the floor, and the proxy was trained on whole molecules: what it says
    /// of parts may mislead.
    fn partial(&self, state: &[Cell]) -> Option<f64> {
        Some(if self.rules.blocks(state) == 0 { 0.0 } else { self.log_reward(state) })
    }
}
