//! Learners at work on one task, side by side, as something that can be watched and that ends with drawn objects.

use samples::{
    Learning, Objects, Preview, Sample,
    objects::{Draw, Learner, Measure, MeasureKind, Moment, Picture},
};

use crate::{ModelError, Pending, Sampling, StepReport, sampling::Many};

/// Most steps between two looks, so that a race can be stopped soon.
const MOST_BETWEEN: u32 = 25;

/// One learner of a race.
pub trait Contestant: Send {
    /// Name on the page.
    fn name(&self) -> &str;

    /// Learns one step.
    ///
    /// # Errors
    /// If what it learnt is no longer a number.
    fn advance(&mut self) -> Result<(), ModelError>;

    /// Transitions that it has learnt from so far.
    fn transitions(&self) -> u64;

    /// How it does, in the order of the race's measures, and what can be seen of it. The last look, `thorough`, may take
    /// longer.
    ///
    /// # Errors
    /// If it cannot be measured.
    fn look(&mut self, thorough: bool) -> Result<(Vec<Option<f64>>, Picture), ModelError>;

    /// The least and the greatest of each value of the last look, where several learners stand behind it.
    fn ranges(&self) -> Vec<Option<[f64; 2]>> {
        Vec::new()
    }

    /// Objects from what it has learnt.
    ///
    /// # Errors
    /// If it cannot be sampled.
    fn draw(&mut self, count: usize) -> Result<Vec<Draw>, ModelError>;
}

/// A race: some steps of every learner, then objects from the first.
pub struct Race {
    measures: Vec<MeasureKind>,
    target: Option<Picture>,
    contestants: Vec<Box<dyn Contestant>>,
    steps: u32,
    between: u32,
    step: u32,
    count: usize,
    history: Vec<Moment>,
    last: Option<Learning>,
}

impl Race {
    /// A race of `steps` steps at whose end the first of `contestants`, of which there must be one, draws `count`
    /// objects. `looks` is about how often the learners are looked at: as often as a smooth curve needs, and as seldom as
    /// their measuring costs.
    pub fn new(
        contestants: Vec<Box<dyn Contestant>>,
        measures: Vec<MeasureKind>,
        target: Option<Picture>,
        (steps, looks): (u32, u32),
        count: u32,
    ) -> Self {
        let between = (steps / looks.max(1)).clamp(1, MOST_BETWEEN);
        let (history, last) = (Vec::new(), None);
        Self { measures, target, contestants, steps, between, step: 0, count: count as usize, history, last }
    }

    fn look(&mut self) -> Result<(), ModelError> {
        let thorough = self.step == self.steps;
        let mut learners = Vec::with_capacity(self.contestants.len());
        for contestant in &mut self.contestants {
            let (values, picture) = contestant.look(thorough)?;
            let values: Vec<_> = values.into_iter().map(|value| value.filter(|v| v.is_finite())).collect();
            let (name, transitions) = (contestant.name().to_owned(), contestant.transitions());
            learners.push(Learner { name, transitions, values, ranges: contestant.ranges(), picture });
        }
        let values = learners.iter().map(|learner| learner.values.clone()).collect();
        let ranges: Vec<_> = learners.iter().map(|learner| learner.ranges.clone()).collect();
        let ranges = if ranges.iter().all(Vec::is_empty) { Vec::new() } else { ranges };
        self.history.push(Moment { step: self.step, values, ranges });
        let (measures, target) = (self.measures.clone(), self.target.clone());
        self.last = Some(Learning { step: self.step, measures, target, learners });
        Ok(())
    }
}

impl Sampling for Race {
    fn total_steps(&self) -> usize {
        self.steps.div_ceil(self.between) as usize
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        let before = self.step;
        let until = (before + self.between).min(self.steps);
        while self.step < until {
            for contestant in &mut self.contestants {
                contestant.advance()?;
            }
            self.step += 1;
        }
        if self.step > before {
            self.look()?;
        }
        let done = self.step.div_ceil(self.between) as usize;
        Ok(StepReport { done, label: format!("step {} of {}", self.step, self.steps) })
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        self.last.clone().map(|learning| Pending::ready(Preview::Learning(learning)).alone())
    }

    fn finish(mut self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        if self.step < self.steps {
            return Err(ModelError::Output(format!("only {} of {} steps are done", self.step, self.steps)));
        }
        let draws = match self.contestants.first_mut() {
            Some(first) => first.draw(self.count)?,
            None => vec![],
        };
        let first = self.last.as_ref().and_then(|last| last.learners.first());
        let measures = self.measures.iter().zip(first.map_or(&[][..], |first| &first.values));
        let measures = measures.filter_map(|(kind, value)| Some(Measure { name: kind.name.clone(), value: (*value)? }));
        let measures = measures.collect();
        let objects = Objects { draws, history: self.history, last: self.last, measures };
        Ok(Pending::ready(Sample::Objects(objects)).alone())
    }
}
