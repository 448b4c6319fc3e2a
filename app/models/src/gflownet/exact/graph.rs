//! All states and transitions of an environment.

use std::collections::HashMap;

use crate::gflownet::environment::{Cell, Environment, EnvironmentError, Reward, States};

/// The states of an environment, parents before children, and the transitions between them.
///
/// Transition `e` belongs to the state that it leaves; the transitions of a state are `children(state)`.
#[derive(Clone, Debug)]
pub struct Graph {
    states: States,
    index: HashMap<Box<[Cell]>, u32>,
    terminals: Vec<u32>,
    /// Where the transitions of each state begin, with one place more at the end.
    first: Vec<u32>,
    sources: Vec<u32>,
    targets: Vec<u32>,
    actions: Vec<u32>,
    backward_actions: Vec<u32>,
    /// As `first`, for the transitions that enter a state.
    first_in: Vec<u32>,
    incoming: Vec<u32>,
}

impl Graph {
    /// Walks through everything that can be reached from the root.
    ///
    /// # Errors
    /// If there are more than `limit` states (of which at least so many were found), or if a state has ways of
    /// different lengths, as no environment here has.
    pub fn enumerate(environment: &dyn Environment, limit: usize) -> Result<Self, EnvironmentError> {
        let width = environment.width();
        let mut root = vec![0; width];
        environment.root(&mut root);
        let mut states = States::new(width);
        states.push(&root);
        let mut index = HashMap::from([(root.into_boxed_slice(), 0)]);
        let mut graph = Self {
            states: States::new(width),
            index: HashMap::new(),
            terminals: Vec::new(),
            first: vec![0],
            sources: Vec::new(),
            targets: Vec::new(),
            actions: Vec::new(),
            backward_actions: Vec::new(),
            first_in: Vec::new(),
            incoming: Vec::new(),
        };
        let limit = limit.min(u32::MAX as usize);
        let mut legal = vec![false; environment.actions()];
        let mut child = vec![0; width];
        let mut at = 0;
        while at < states.len() {
            if environment.is_terminal(states.get(at)) {
                graph.terminals.push(at as u32);
            } else {
                environment.forward_mask(states.get(at), &mut legal);
                for action in (0..legal.len()).filter(|&a| legal[a]) {
                    child.copy_from_slice(states.get(at));
                    let backward = environment.step(&mut child, action);
                    let target = match index.get(child.as_slice()) {
                        Some(&target) => target,
                        None => {
                            if states.len() >= limit {
                                return Err(EnvironmentError::TooManyStates {
                                    states: states.len() as f64 + 1.0,
                                    limit,
                                });
                            }
                            let target = states.len() as u32;
                            states.push(&child);
                            index.insert(child.clone().into_boxed_slice(), target);
                            target
                        }
                    };
                    if target as usize <= at {
                        return Err(EnvironmentError::Size("states are reached in ways of different lengths".into()));
                    }
                    graph.sources.push(at as u32);
                    graph.targets.push(target);
                    graph.actions.push(action as u32);
                    graph.backward_actions.push(backward as u32);
                }
            }
            graph.first.push(graph.targets.len() as u32);
            at += 1;
        }
        graph.states = states;
        graph.index = index;
        graph.collect_incoming();
        Ok(graph)
    }

    fn collect_incoming(&mut self) {
        let mut place = vec![0u32; self.states.len() + 1];
        for &target in &self.targets {
            place[target as usize + 1] += 1;
        }
        for state in 0..self.states.len() {
            place[state + 1] += place[state];
        }
        self.first_in.clone_from(&place);
        self.incoming = vec![0; self.targets.len()];
        for (edge, &target) in (0u32..).zip(&self.targets) {
            let next = &mut place[target as usize];
            self.incoming[*next as usize] = edge;
            *next += 1;
        }
    }

    /// All states; the first is the root, and every state comes after its parents.
    pub fn states(&self) -> &States {
        &self.states
    }

    /// Number of states.
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Never: there is a root.
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Number of transitions.
    pub fn edges(&self) -> usize {
        self.targets.len()
    }

    /// The place of a state.
    pub fn find(&self, state: &[Cell]) -> Option<usize> {
        self.index.get(state).map(|&i| i as usize)
    }

    /// Places of the terminal states. Laws over objects are in this order.
    pub fn terminals(&self) -> &[u32] {
        &self.terminals
    }

    /// The transitions that leave a state.
    pub fn children(&self, state: usize) -> std::ops::Range<usize> {
        self.first[state] as usize..self.first[state + 1] as usize
    }

    /// The transitions that enter a state.
    pub fn parents(&self, state: usize) -> impl ExactSizeIterator<Item = usize> + Clone {
        let range = self.first_in[state] as usize..self.first_in[state + 1] as usize;
        self.incoming[range].iter().map(|&edge| edge as usize)
    }

    /// The state that a transition leaves.
    pub fn source(&self, edge: usize) -> usize {
        self.sources[edge] as usize
    }

    /// The state that a transition enters.
    pub fn target(&self, edge: usize) -> usize {
        self.targets[edge] as usize
    }

    /// The forward action of a transition.
    pub fn action(&self, edge: usize) -> usize {
        self.actions[edge] as usize
    }

    /// The backward action that undoes a transition.
    pub fn backward_action(&self, edge: usize) -> usize {
        self.backward_actions[edge] as usize
    }

    /// Picks a value for every transition from `rows`, one row of all forward actions per state, such as the
    /// log-probabilities of a policy on [`Self::states`].
    pub fn per_edge(&self, rows: &[f64], actions: usize) -> Vec<f64> {
        (0..self.edges()).map(|edge| rows[self.source(edge) * actions + self.action(edge)]).collect()
    }

    /// As [`Self::per_edge`], with one row of all backward actions per state, the state that a transition enters.
    pub fn per_edge_backward(&self, rows: &[f64], actions: usize) -> Vec<f64> {
        (0..self.edges()).map(|edge| rows[self.target(edge) * actions + self.backward_action(edge)]).collect()
    }

    /// `ln R` of the terminal states.
    pub fn log_rewards(&self, reward: &dyn Reward) -> Vec<f64> {
        self.terminals.iter().map(|&t| reward.log_reward(self.states.get(t as usize))).collect()
    }

    /// `ln P_B` of every transition if all parents are equally likely.
    pub fn uniform_backward(&self) -> Vec<f64> {
        (0..self.edges()).map(|edge| -(self.parents(self.target(edge)).len() as f64).ln()).collect()
    }

    /// `ln P_F` of every transition if all legal actions are equally likely.
    pub fn uniform_forward(&self) -> Vec<f64> {
        (0..self.edges()).map(|edge| -(self.children(self.source(edge)).len() as f64).ln()).collect()
    }
}
