//! Learners at work on one task, as the page follows them: the newest look, and the measures of every step so far.

use std::sync::Arc;

use samples::{
    Learning, Objects,
    objects::{Learner, MeasureKind, Moment, Picture},
};

/// Moments that are kept; beyond, every second one goes. A chart is narrower than this.
pub const MOST_MOMENTS: usize = 800;

/// What has been seen of the learners.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contest {
    /// The newest look.
    pub latest: Option<Arc<Learning>>,
    /// Measures at the steps so far, in their order.
    pub history: Vec<Moment>,
}

impl Contest {
    /// What a finished drawing tells about the learning before it.
    pub fn of(objects: &Objects) -> Self {
        let mut contest = Self { latest: None, history: objects.history.clone() };
        contest.history.sort_by_key(|moment| moment.step);
        contest.history.dedup_by_key(|moment| moment.step);
        contest.thin();
        contest.latest = objects.last.clone().map(Arc::new);
        contest
    }

    /// Takes in another look. One from an earlier step begins anew: the learning was started again.
    pub fn grow(&mut self, learning: Learning) {
        let step = learning.step;
        if self.history.last().is_some_and(|last| last.step > step) {
            self.history.clear();
        }
        let values = learning.learners.iter().map(|learner| learner.values.clone()).collect();
        let ranges = learning.learners.iter().map(|learner| learner.ranges.clone()).collect();
        let moment = Moment { step, values, ranges };
        match self.history.last_mut() {
            Some(last) if last.step == step => *last = moment,
            _ => self.history.push(moment),
        }
        self.thin();
        self.latest = Some(Arc::new(learning));
    }

    /// Takes in the end: what it does not tell is kept.
    pub fn finish(&mut self, objects: &Objects) {
        let told = Self::of(objects);
        if told.history.len() > 1 || self.history.is_empty() {
            self.history = told.history;
        }
        if told.latest.is_some() {
            self.latest = told.latest;
        }
    }

    /// What is measured.
    pub fn measures(&self) -> &[MeasureKind] {
        self.latest.as_ref().map_or(&[], |latest| &latest.measures)
    }

    /// Who learns.
    pub fn learners(&self) -> &[Learner] {
        self.latest.as_ref().map_or(&[], |latest| &latest.learners)
    }

    /// `(step, value)` of a learner's measure, both by their number; what is unknown or no number is left out.
    pub fn curve(&self, learner: usize, measure: usize) -> Vec<(f64, f64)> {
        let point = |moment: &Moment| {
            let value = moment.values.get(learner)?.get(measure).copied().flatten()?;
            value.is_finite().then_some((f64::from(moment.step), value))
        };
        self.history.iter().filter_map(point).collect()
    }

    /// `(step, least, greatest)` of a learner's measure, where it learnt several times.
    pub fn band(&self, learner: usize, measure: usize) -> Vec<(f64, [f64; 2])> {
        let range = |moment: &Moment| {
            let range = moment.ranges.get(learner)?.get(measure).copied().flatten()?;
            range.iter().all(|end| end.is_finite()).then_some((f64::from(moment.step), range))
        };
        self.history.iter().filter_map(range).collect()
    }

    /// Side of the grid, where the task is one.
    pub fn side(&self) -> Option<usize> {
        let latest = self.latest.as_ref()?;
        latest.target.iter().chain(latest.learners.iter().map(|l| &l.picture)).find_map(|picture| match picture {
            Picture::Cells { side, .. } => Some(*side as usize),
            _ => None,
        })
    }

    fn thin(&mut self) {
        while self.history.len() > MOST_MOMENTS {
            let last = self.history.len() - 1;
            let mut index = 0;
            self.history.retain(|_| {
                let kept = index % 2 == 0 || index == last;
                index += 1;
                kept
            });
        }
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn learning(step: u32, value: f64) -> Learning {
        let picture = Picture::Inclusion { probability: vec![0.25, 0.5] };
        Learning {
            step,
            measures: vec![MeasureKind {
                name: "log_z".into(),
                title: "log Z".into(),
                exact: Some(3.0),
                logarithmic: false,
            }],
            target: Some(picture.clone()),
            learners: vec![Learner {
                name: "TB".into(),
                transitions: 16 * u64::from(step),
                values: vec![Some(value)],
                ranges: vec![],
                picture,
            }],
        }
    }

    #[test]
    fn looks_add_up_to_a_curve() {
        let mut contest = Contest::default();
        for (step, value) in [(0, 1.0), (10, 2.0), (10, 2.5), (20, f64::NAN), (30, 2.9)] {
            contest.grow(learning(step, value));
        }
        assert_eq!(contest.curve(0, 0), [(0.0, 1.0), (10.0, 2.5), (30.0, 2.9)]);
        assert_eq!(contest.curve(1, 0), [], "there is one learner");
        assert_eq!(contest.learners()[0].transitions, 480);
    }

    #[test]
    fn several_seeds_make_a_band() {
        let mut contest = Contest::default();
        for (step, range) in [(0, Some([0.5, 1.5])), (10, None), (20, Some([1.0, f64::NAN])), (30, Some([2.0, 4.0]))] {
            let mut look = learning(step, 1.0);
            look.learners[0].ranges = vec![range];
            contest.grow(look);
        }
        assert_eq!(contest.band(0, 0), [(0.0, [0.5, 1.5]), (30.0, [2.0, 4.0])]);
        assert_eq!(contest.band(1, 0), [], "there is one learner");
    }

    #[test]
    fn learning_that_starts_again_starts_a_new_curve() {
        let mut contest = Contest::default();
        contest.grow(learning(50, 1.0));
        contest.grow(learning(5, 0.5));
        assert_eq!(contest.curve(0, 0), [(5.0, 0.5)]);
    }

    #[test]
    fn a_long_race_is_thinned_but_keeps_both_ends() {
        let mut contest = Contest::default();
        (0..5 * MOST_MOMENTS as u32).for_each(|step| contest.grow(learning(step, 1.0)));
        assert!(contest.history.len() <= MOST_MOMENTS);
        let ends = [contest.history[0].step, contest.history[contest.history.len() - 1].step];
        assert_eq!(ends, [0, 5 * MOST_MOMENTS as u32 - 1]);
        assert!(contest.history.is_sorted_by_key(|moment| moment.step));
    }

    #[test]
    fn the_end_does_not_take_away_what_it_does_not_tell() {
        let mut contest = Contest::default();
        (0..4).for_each(|step| contest.grow(learning(step, 1.0)));
        contest.finish(&Objects::default());
        assert_eq!(contest.history.len(), 4);
        assert_eq!(contest.learners().len(), 1);
        let moment = |step, values| Moment { step, values, ranges: vec![] };
        let told = vec![moment(1, vec![]), moment(9, vec![vec![Some(7.0)]])];
        contest.finish(&Objects { history: told, ..Objects::default() });
        assert_eq!(contest.curve(0, 0), [(9.0, 7.0)]);
    }
}
