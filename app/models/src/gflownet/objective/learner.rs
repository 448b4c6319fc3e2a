//! From trajectories to a better policy.

use super::{
    Carrier, Comparison, EdgeFlows, Fit, Grades, Gradients, LearnerError, Objective, ObjectiveError, Settings, Terms,
    backward_divergence, flow_matching, rank,
};
use crate::gflownet::{
    environment::{Environment, Reward, States},
    policy::{Conditions, Evaluations, Optimiser, Policy, PolicyGradient},
    rollout::{Actor, Rollout, RolloutError, Rows, Trajectories, locate, read, sample_backward, sample_forward},
};
use rand::{Rng, seq::SliceRandom};

/// A policy that follows an objective.
#[derive(Clone, Debug)]
pub struct Learner {
    policy: Policy,
    optimiser: Optimiser,
    objective: Objective,
    settings: Settings,
    evaluations: Evaluations,
    /// Of trajectories that are not learned from: their states shall not burden the backward pass.
    observed: Evaluations,
    gradient: PolicyGradient,
}

impl Learner {
    /// A learner before its first step.
    ///
    /// # Errors
    /// If the objective cannot be followed with that policy, reward and those settings: what is missing.
    pub fn new(
        environment: &dyn Environment,
        reward: Option<&dyn Reward>,
        policy: Policy,
        objective: Objective,
        settings: Settings,
    ) -> Result<Self, ObjectiveError> {
        objective.check(environment, reward, &policy, &settings)?;
        Ok(Self {
            optimiser: Optimiser::new(&policy),
            policy,
            objective,
            settings,
            evaluations: Evaluations::new(),
            observed: Evaluations::new(),
            gradient: PolicyGradient::default(),
        })
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The policy, to be given other parameters.
    pub fn policy_mut(&mut self) -> &mut Policy {
        &mut self.policy
    }

    /// The optimiser.
    pub fn optimiser(&self) -> &Optimiser {
        &self.optimiser
    }

    /// Goes on with the moments of an earlier run of the same policy.
    pub fn resume(&mut self, optimiser: Optimiser) {
        self.optimiser = optimiser;
    }

    /// Another learning rate for the network, of a schedule say.
    pub fn set_network_rate(&mut self, rate: f64) {
        self.settings.rates.network = rate;
    }

    /// The objective.
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u32 {
        self.optimiser.steps()
    }

    /// Draws a step's trajectories as the settings say, `which` holding the number of the condition of each (empty:
    /// all have number 0).
    ///
    /// # Errors
    /// If the conditions do not fit.
    pub fn explore(
        &mut self,
        environment: &dyn Environment,
        conditions: &Conditions,
        which: &[u32],
        rng: &mut impl Rng,
    ) -> Result<Trajectories, RolloutError> {
        let Settings { batch, exploration, cut, .. } = self.settings;
        let rollout = Rollout { count: batch, which, exploration, cut, learning: true };
        let mut actor = Actor { policy: &self.policy, evaluations: &mut self.evaluations, conditions };
        sample_forward(environment, &mut actor, &rollout, rng)
    }

    /// Draws trajectories that are not learned from, by default of the policy itself: [`Rollout::of`].
    ///
    /// # Errors
    /// If there are too many or the conditions do not fit.
    pub fn sample(
        &mut self,
        environment: &dyn Environment,
        conditions: &Conditions,
        rollout: &Rollout,
        rng: &mut impl Rng,
    ) -> Result<Trajectories, RolloutError> {
        let mut actor = Actor { policy: &self.policy, evaluations: &mut self.observed, conditions };
        sample_forward(environment, &mut actor, rollout, rng)
    }

    /// Draws a trajectory to each of `terminals` by the backward policy, to be learned from.
    ///
    /// # Errors
    /// If there are too many or they do not fit.
    pub fn retrace(
        &mut self,
        environment: &dyn Environment,
        conditions: &Conditions,
        terminals: &States,
        which: &[u32],
        rng: &mut impl Rng,
    ) -> Result<Trajectories, RolloutError> {
        let mut actor = Actor { policy: &self.policy, evaluations: &mut self.evaluations, conditions };
        sample_backward(environment, Some(&mut actor), terminals, which, rng)
    }

    /// One step of an unconditioned learner: rollouts, their reward, [`Self::fit`].
    ///
    /// # Errors
    /// If the loss is no number or the reward does not fit.
    pub fn train_step(
        &mut self,
        environment: &dyn Environment,
        reward: &dyn Reward,
        rng: &mut impl Rng,
    ) -> Result<Fit, LearnerError> {
        let conditions = Conditions::none();
        let trajectories = self.explore(environment, &conditions, &[], rng)?;
        let grades = Grades::of(reward, &trajectories, self.objective.needs().partial);
        self.fit(environment, &conditions, &trajectories, &grades, rng)
    }

    /// One step of the optimiser on `trajectories`, however they were drawn.
    ///
    /// # Errors
    /// If `grades` or `trajectories` do not fit, or the loss is no number.
    pub fn fit(
        &mut self,
        environment: &dyn Environment,
        conditions: &Conditions,
        trajectories: &Trajectories,
        grades: &Grades,
        rng: &mut impl Rng,
    ) -> Result<Fit, LearnerError> {
        let needs = self.objective.needs();
        let mut terms = self.grade(trajectories, grades)?;
        if needs.several && self.objective.compares_pairs() {
            terms.partners = (0..terms.finished().len()).collect();
            terms.partners.shuffle(rng);
        }
        let mut actor = Actor { policy: &self.policy, evaluations: &mut self.evaluations, conditions };
        let rows = locate(environment, &mut actor, trajectories, needs.terminal_flow)?;
        let log_probs = read(&actor, trajectories, &rows);
        (terms.log_pf, terms.log_pb) = (log_probs.forward, log_probs.backward);
        let head = |row: Option<usize>| row.map_or(0.0, |row| self.evaluations.log_flow(&self.policy, row));
        if needs.flow {
            terms.log_flow = (0..trajectories.states().len()).map(|state| head(rows.get(state))).collect();
        }
        let gradients = match self.objective {
            Objective::FlowMatching => self.match_flows(environment, trajectories, &terms, true)?,
            Objective::OrderPreserving { carrier: Carrier::Edge, comparison, weight } => {
                let mut gradients = self.match_flows(environment, trajectories, &terms, false)?;
                gradients.loss += weight * self.rank_edges(environment, trajectories, &terms, comparison, weight);
                gradients
            }
            _ => self.objective.evaluate(&terms, self.settings.link),
        };
        let mut loss = gradients.loss;
        if !loss.is_finite() {
            self.evaluations.clear(environment);
            return Err(LearnerError::Diverged { loss, steps: self.steps() });
        }
        self.pass(trajectories, &rows, &gradients);
        if self.settings.backward_kl > 0.0 {
            loss += self.diverge(trajectories, &rows);
        }
        self.gradient.log_z = gradients.log_z;
        self.evaluations.backward(&self.policy, &mut self.gradient);
        let states = self.evaluations.len();
        let gradient_norm = self.optimiser.step(&mut self.policy, &mut self.gradient, &self.settings.rates);
        let finished = terms.finished();
        let total: f64 = finished.iter().map(|&index| terms.log_reward.get(index).copied().unwrap_or(0.0)).sum();
        Ok(Fit {
            loss,
            log_z: self.policy.log_z(),
            gradient_norm,
            mean_log_reward: total / finished.len().max(1) as f64,
            transitions: trajectories.transitions(),
            states,
        })
    }

    /// Terms with everything but the policy's word.
    fn grade(&self, trajectories: &Trajectories, grades: &Grades) -> Result<Terms, LearnerError> {
        let refuse = |text: String| Err(LearnerError::Grades(text));
        let (needs, count, states) = (self.objective.needs(), trajectories.len(), trajectories.states().len());
        let complete: Vec<bool> = (0..count).map(|index| trajectories.complete(index)).collect();
        if count == 0 || needs.complete && complete.contains(&false) {
            return refuse(format!("{} needs complete trajectories", self.objective.name()));
        }
        let objectives = if grades.utilities.is_empty() { 1 } else { grades.objectives };
        let utilities = if grades.utilities.is_empty() { &grades.log_reward } else { &grades.utilities };
        for (name, length, expected) in [
            ("log-rewards", grades.log_reward.len(), if needs.reward { count } else { grades.log_reward.len() }),
            ("partial rewards", grades.partial.len(), if needs.partial { states } else { grades.partial.len() }),
            ("intrinsic rewards", grades.log_intrinsic.len(), if needs.intrinsic { states } else { 0 }),
            (
                "utilities",
                utilities.len(),
                if needs.several && !needs.reward { count * objectives } else { utilities.len() },
            ),
            ("outcomes", grades.log_reward.len(), if needs.condition { count } else { grades.log_reward.len() }),
        ] {
            if length != expected {
                return refuse(format!("{length} {name} where {expected} belong"));
            }
        }
        let mut floor = self.settings.reward_floor;
        if let Objective::OutcomeConditioned { log_floor, .. } = self.objective {
            floor = log_floor;
        }
        let values = grades.log_reward.iter().chain(&grades.partial).chain(utilities).chain(&grades.log_intrinsic);
        if let Some(value) = values.copied().find(|value| value.is_nan() || *value == f64::INFINITY) {
            return refuse(format!("a log-reward of {value}"));
        }
        let floored = |values: &[f64]| values.iter().map(|value| value.max(floor)).collect();
        let offsets = (0..count).map(|index| trajectories.transitions_of(index).start);
        Ok(Terms {
            offsets: offsets.chain([trajectories.transitions()]).collect(),
            partial: floored(&grades.partial),
            log_intrinsic: grades.log_intrinsic.clone(),
            log_reward: floored(&grades.log_reward),
            complete,
            log_z: self.policy.log_z().unwrap_or(0.0),
            utilities: if needs.several { utilities.clone() } else { Vec::new() },
            objectives,
            ..Terms::default()
        })
    }

    /// Passes the gradients to the rows that the terms came from.
    fn pass(&mut self, trajectories: &Trajectories, rows: &Rows, gradients: &Gradients) {
        for index in 0..trajectories.len() {
            let states = trajectories.states_of(index);
            for (state, transition) in states.clone().zip(trajectories.transitions_of(index)) {
                let action = trajectories.forward()[transition] as usize;
                if let Some(row) = rows.get(state) {
                    self.evaluations.add_forward(&self.policy, row, action, gradients.log_pf[transition]);
                }
                let action = trajectories.backward()[transition] as usize;
                if let Some(row) = rows.get(state + 1) {
                    self.evaluations.add_backward(&self.policy, row, action, gradients.log_pb[transition]);
                }
            }
            if self.policy.has_flow() {
                for state in states {
                    if let Some(row) = rows.get(state) {
                        self.evaluations.add_flow(row, gradients.log_flow[state]);
                    }
                }
            }
        }
    }

    /// Adds the gradient of the backward policy's divergence from the uniform one; answers with its cost.
    fn diverge(&mut self, trajectories: &Trajectories, rows: &Rows) -> f64 {
        let weight = self.settings.backward_kl / trajectories.transitions().max(1) as f64;
        let mut cost = 0.0;
        let mut legal = Vec::new();
        for row in (0..trajectories.states().len()).filter_map(|state| rows.get(state)) {
            let parents = self.evaluations.parents(row);
            if parents < 2 {
                continue;
            }
            legal.clear();
            let mask = self.evaluations.legal_backward(&self.policy, row).iter().enumerate();
            legal.extend(mask.filter(|(_, legal)| **legal).map(|(action, _)| action));
            let log_probs = self.evaluations.log_backward(&self.policy, row);
            cost += weight * backward_divergence(legal.iter().map(|&action| log_probs[action]));
            for &action in &legal {
                self.evaluations.add_backward(&self.policy, row, action, -weight / parents as f64);
            }
        }
        cost
    }

    /// Compares the trajectories by the flow of their last edge; answers with the cost, and passes its gradient, times
    /// `weight`, to the logits straight away (OP-FM; OP-GFN, spec §3).
    fn rank_edges(
        &mut self,
        environment: &dyn Environment,
        trajectories: &Trajectories,
        terms: &Terms,
        comparison: Comparison,
        weight: f64,
    ) -> f64 {
        let (policy, evaluations) = (&self.policy, &mut self.evaluations);
        let last = |index: usize| {
            let before = trajectories.states().get(trajectories.states_of(index).end - 2);
            let row = evaluations.row(policy, environment, before, trajectories.condition(index));
            (row, trajectories.forward()[trajectories.transitions_of(index).end - 1] as usize)
        };
        let edges: Vec<(usize, usize)> = terms.finished().into_iter().map(last).collect();
        evaluations.compute_all(policy);
        let log_rewards: Vec<f64> =
            edges.iter().map(|&(row, action)| f64::from(evaluations.logits(policy, row)[action])).collect();
        let (loss, slopes) = rank(terms, &log_rewards, comparison);
        for ((row, action), slope) in edges.into_iter().zip(slopes) {
            evaluations.add_logit(policy, row, action, weight * slope);
        }
        loss
    }

    /// Flow matching at all states but the root, and `terminal` ones only if they have a reward: its gradients go to
    /// the logits straight away.
    fn match_flows(
        &mut self,
        environment: &dyn Environment,
        trajectories: &Trajectories,
        terms: &Terms,
        terminal: bool,
    ) -> Result<Gradients, RolloutError> {
        let (policy, evaluations) = (&self.policy, &mut self.evaluations);
        let mut flows = EdgeFlows { into: vec![0], out_of: vec![0], ..EdgeFlows::default() };
        let (mut inward, mut outward) = (Vec::new(), Vec::new());
        let mut legal = vec![false; environment.backward_actions()];
        let mut parent = vec![0; environment.width()];
        for index in 0..trajectories.len() {
            let (states, condition) = (trajectories.states_of(index), trajectories.condition(index));
            for at in states.start + 1..states.end - usize::from(!terminal) {
                let state = trajectories.states().get(at);
                environment.backward_mask(state, &mut legal);
                for (backward, _) in legal.iter().enumerate().filter(|(_, legal)| **legal) {
                    parent.copy_from_slice(state);
                    let action = environment.step_back(&mut parent, backward);
                    inward.push((evaluations.row(policy, environment, &parent, condition), action));
                }
                flows.into.push(inward.len());
                if at + 1 == states.end {
                    outward.push(Err(terms.log_reward[index]));
                } else {
                    let row = evaluations.row(policy, environment, state, condition);
                    let legal = evaluations.legal(policy, row).iter().enumerate();
                    outward.extend(legal.filter(|(_, legal)| **legal).map(|(action, _)| Ok((row, action))));
                }
                flows.out_of.push(outward.len());
            }
        }
        evaluations.compute_all(policy);
        let logit = |(row, action): (usize, usize)| f64::from(evaluations.logits(policy, row)[action]);
        flows.inflows = inward.iter().map(|&edge| logit(edge)).collect();
        flows.outflows = outward.iter().map(|&edge| edge.map_or_else(|log_reward| log_reward, logit)).collect();
        let gradients = flow_matching(&flows, self.settings.link);
        for (&(row, action), gradient) in inward.iter().zip(&gradients.inflows) {
            evaluations.add_logit(policy, row, action, *gradient);
        }
        for (edge, gradient) in outward.iter().zip(&gradients.outflows) {
            if let &Ok((row, action)) = edge {
                evaluations.add_logit(policy, row, action, *gradient);
            }
        }
        Ok(Gradients { loss: gradients.loss, ..Gradients::zeros(terms) })
    }
}
