//! What a policy does on a problem whose states can be listed: the exact law of its objects, pictures of it, and objects
//! drawn from it.

use rand::Rng;
use samples::objects::{Draw, Picture};

use super::{
    environment::{Environment, HyperGrid, Sequence},
    exact::{Graph, forward_visits},
    policy::{Conditions, Evaluations, Policy},
};

/// States that are evaluated at once.
const CHUNK: usize = 2048;

/// `ln P_F` of every transition of `graph` under `policy`, which condition number 0 of `conditions` is put to.
pub fn log_forward(graph: &Graph, environment: &dyn Environment, policy: &Policy, conditions: &Conditions) -> Vec<f64> {
    let mut evaluations = Evaluations::new();
    evaluations.prepare(policy, environment, conditions);
    let mut log_forward = Vec::with_capacity(graph.edges());
    for first in (0..graph.len()).step_by(CHUNK) {
        let chunk = first..(first + CHUNK).min(graph.len());
        evaluations.clear(environment);
        let open = chunk.filter(|&state| !graph.children(state).is_empty());
        let rows: Vec<_> =
            open.map(|at| (at, evaluations.row(policy, environment, graph.states().get(at), 0))).collect();
        evaluations.compute(policy);
        for (state, row) in rows {
            let log_probs = evaluations.log_forward(policy, row);
            log_forward.extend(graph.children(state).map(|edge| log_probs[graph.action(edge)]));
        }
    }
    log_forward
}

/// What a policy with a flow head takes for the flow of the root, `ln Z`, if condition number 0 of `conditions` is put
/// to it.
pub fn log_flow_of_root(environment: &dyn Environment, policy: &Policy, conditions: &Conditions) -> f64 {
    let mut root = vec![0; environment.width()];
    environment.root(&mut root);
    let mut evaluations = Evaluations::new();
    evaluations.prepare(policy, environment, conditions);
    let row = evaluations.row(policy, environment, &root, 0);
    evaluations.compute(policy);
    evaluations.log_flow(policy, row)
}

/// A law over the objects of a graph, with the decisions that lead to it.
#[derive(Clone, Debug)]
pub struct Law {
    /// `ln P_F` of every transition.
    pub log_forward: Vec<f64>,
    /// Log-probability of coming through each state.
    pub visits: Vec<f64>,
    /// Log-probability of each object, in the order of [`Graph::terminals`].
    pub terminals: Vec<f64>,
}

impl Law {
    /// The law of the decisions `log_forward`.
    pub fn of(graph: &Graph, log_forward: Vec<f64>) -> Self {
        let visits = forward_visits(graph, &log_forward);
        let terminals = graph.terminals().iter().map(|&terminal| visits[terminal as usize]).collect();
        Self { log_forward, visits, terminals }
    }

    /// The states that one walk comes through, from the root to an object.
    pub fn walk(&self, graph: &Graph, rng: &mut impl Rng) -> Vec<usize> {
        let mut path = vec![0];
        let mut state = 0;
        while !graph.children(state).is_empty() {
            let mut left = rng.random::<f64>();
            let mut chosen = None;
            for edge in graph.children(state) {
                let probability = self.log_forward[edge].exp();
                if probability > 0.0 {
                    chosen = Some(edge);
                    left -= probability;
                    if left < 0.0 {
                        break;
                    }
                }
            }
            // A state that no policy leaves would end the walk; there is none, for probabilities sum to 1.
            let Some(edge) = chosen else { break };
            state = graph.target(edge);
            path.push(state);
        }
        path
    }

    /// `count` objects with the probability that this law has of each. `log_reward` and `objectives` say what an object,
    /// by its place among the states, is worth.
    pub fn draw(
        &self,
        graph: &Graph,
        environment: &dyn Environment,
        count: usize,
        rng: &mut impl Rng,
        worth: impl Fn(usize) -> (Option<f64>, Vec<f64>),
    ) -> Vec<Draw> {
        let written = |state: usize| environment.write(graph.states().get(state));
        let mut draws = Vec::with_capacity(count);
        for _ in 0..count {
            let path = self.walk(graph, rng);
            let object = path.last().copied().unwrap_or_default();
            let (log_reward, objectives) = worth(object);
            draws.push(Draw {
                object: written(object),
                log_prob: self.visits[object],
                log_reward,
                objectives,
                path: path.into_iter().map(written).collect(),
            });
        }
        draws
    }
}

/// Paths that a picture of a grid shows.
const PATHS: usize = 24;

/// A law over the cells of a plane grid, with the flow along both axes and some walks.
pub fn cells(grid: &HyperGrid, graph: &Graph, law: &Law, rng: &mut impl Rng) -> Picture {
    let mut probability = vec![0.0; grid.cells()];
    for (&terminal, log_prob) in graph.terminals().iter().zip(&law.terminals) {
        probability[grid.cell_of(graph.states().get(terminal as usize))] = log_prob.exp() as f32;
    }
    let mut flow = vec![[0.0; 2]; grid.cells()];
    for (edge, log_forward) in law.log_forward.iter().enumerate() {
        let (source, action) = (graph.source(edge), graph.action(edge));
        if action < 2 {
            flow[grid.cell_of(graph.states().get(source))][action] = (law.visits[source] + log_forward).exp() as f32;
        }
    }
    let paths = (0..PATHS).map(|_| law.walk(graph, rng));
    let cell = |state: usize| grid.cell_of(graph.states().get(state)) as u32;
    // The last step, stopping, stays in its cell.
    let paths = paths.map(|path| path.iter().take(path.len().saturating_sub(1)).map(|&state| cell(state)).collect());
    Picture::Cells { side: grid.side() as u32, probability, flow, paths: paths.collect() }
}

/// A law over words: how often each letter stands at each place, and the best of `seen`, objects with their rewards.
pub fn letters(words: &Sequence, graph: &Graph, log_law: &[f64], best: Vec<(String, f64)>) -> Picture {
    let mut probability = vec![vec![0.0_f32; words.alphabet().len()]; words.longest_word()];
    for (&terminal, log_prob) in graph.terminals().iter().zip(log_law) {
        let weight = log_prob.exp() as f32;
        for (place, letter) in words.letters(graph.states().get(terminal as usize)).enumerate() {
            probability[place][letter] += weight;
        }
    }
    let alphabet = words.alphabet().iter().map(char::to_string).collect();
    Picture::Letters { alphabet, probability, best }
}
