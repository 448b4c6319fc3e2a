//! Structures in the view: every sample of a job, or what a file held, each with all its frames.

use std::sync::Arc;

use samples::{
    Crystal, Frame,
    structure::{Structure, Trajectory, metrics::CrystalMeasures},
};

/// One moment of a specimen. Clones share it; two are equal if they are the very same.
#[derive(Clone, Debug)]
pub struct Moment(Arc<Frame<Structure>>);

impl Moment {
    /// Keeps a frame.
    pub fn new(frame: Frame<Structure>) -> Self {
        Self(Arc::new(frame))
    }

    /// The frame.
    pub fn frame(&self) -> &Frame<Structure> {
        &self.0
    }

    /// The structure at this moment.
    pub fn structure(&self) -> &Structure {
        &self.0.structure
    }

    /// The structure, if it is a crystal.
    pub fn crystal(&self) -> Option<&Crystal> {
        match self.structure() {
            Structure::Crystal(crystal) => Some(crystal),
            Structure::Molecule(_) => None,
        }
    }

    /// Mean and least certainty over all coordinates, 0 to 1; `None` where certainty has no meaning.
    pub fn certainty(&self) -> Option<(f64, f64)> {
        let values = || self.0.certainty.iter().flatten().map(|&c| f64::from(c));
        let count = values().count();
        (count > 0).then(|| (values().sum::<f64>() / count as f64, values().fold(f64::INFINITY, f64::min)))
    }
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A structure with its history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Specimen {
    /// Its moments in order; of a finished one the last is the result.
    pub moments: Vec<Moment>,
    /// Whether the last moment is the result.
    pub finished: bool,
    /// Its measures, once known.
    pub measures: Option<Arc<CrystalMeasures>>,
}

impl Specimen {
    /// A finished one.
    pub fn of(trajectory: Trajectory<Structure>) -> Self {
        Self { moments: trajectory.frames.into_iter().map(Moment::new).collect(), finished: true, measures: None }
    }

    /// The result, or the newest moment of one that is still growing.
    pub fn last(&self) -> Option<&Moment> {
        self.moments.last()
    }

    /// Everything as a trajectory.
    pub fn trajectory(&self) -> Trajectory<Structure> {
        Trajectory { frames: self.moments.iter().map(|moment| moment.frame().clone()).collect() }
    }
}

/// All specimens of a job, an example or a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Specimens(pub Vec<Specimen>);

impl Specimens {
    /// Takes in what a model would answer with now. Samples come in their order; one that is sent again (because the
    /// first device failed) begins anew.
    pub fn grow(&mut self, sample: u32, frame: Frame<Crystal>) {
        let moment = Moment::new(frame.map(Structure::Crystal));
        let specimen = self.number(sample);
        if specimen.finished {
            *specimen = Specimen::default();
        }
        specimen.moments.push(moment);
    }

    /// Takes in a result.
    pub fn finish(&mut self, sample: u32, crystal: Crystal) {
        let frame = Frame::new(Structure::Crystal(crystal), "result");
        let specimen = self.number(sample);
        specimen.moments.push(Moment::new(frame));
        specimen.finished = true;
    }

    /// Takes in measures of a result.
    pub fn measured(&mut self, sample: u32, measures: CrystalMeasures) {
        self.number(sample).measures = Some(Arc::new(measures));
    }

    /// Forgets the moments of samples that are not finished: a job starts them again on another device.
    pub fn restart_unfinished(&mut self) {
        for specimen in self.0.iter_mut().filter(|s| !s.finished) {
            specimen.moments.clear();
        }
    }

    /// The results so far.
    pub fn results(&self) -> impl Iterator<Item = &Moment> {
        self.0.iter().filter(|s| s.finished).filter_map(Specimen::last)
    }

    fn number(&mut self, sample: u32) -> &mut Specimen {
        let index = sample as usize;
        if self.0.len() <= index {
            self.0.resize(index + 1, Specimen::default());
        }
        &mut self.0[index]
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use samples::structure::{Element, Lattice};

    use super::*;

    pub(crate) fn cube(edge: f64, symbols: &[&str], at: &[[f64; 3]]) -> Crystal {
        let lattice = Lattice::from_parameters([edge; 3], [90.0; 3]).expect("a cube");
        let elements: Vec<Element> = symbols.iter().map(|s| s.parse().expect("an element")).collect();
        Crystal::new(lattice, elements, at.to_vec()).expect("a crystal")
    }

    pub(crate) fn perovskite() -> Crystal {
        let at = [[0.0; 3], [0.5; 3], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]];
        cube(3.905, &["Sr", "Ti", "O", "O", "O"], &at)
    }

    fn frame(edge: f64) -> Frame<Crystal> {
        let certainty = vec![[0.25, 0.5, 0.75]];
        Frame { certainty, ..Frame::new(cube(edge, &["Po"], &[[0.0; 3]]), "step") }
    }

    #[test]
    fn every_frame_is_kept_and_the_result_is_the_last() {
        let mut specimens = Specimens::default();
        specimens.grow(0, frame(3.0));
        specimens.grow(0, frame(3.1));
        specimens.finish(0, frame(3.3).structure);
        specimens.grow(1, frame(3.0));
        assert_eq!(specimens.0.iter().map(|s| s.moments.len()).collect::<Vec<_>>(), [3, 1]);
        let edge = |moment: &Moment| moment.crystal().expect("a crystal").lattice().lengths()[0];
        assert!((edge(specimens.results().next().expect("one result")) - 3.3).abs() < 1e-12);
        assert_eq!(specimens.results().count(), 1);
        assert_eq!(specimens.0[0].moments[0].certainty(), Some((0.5, 0.25)));
        assert_eq!(specimens.0[0].last().and_then(Moment::certainty), None);
    }

    #[test]
    fn a_sample_that_is_tried_again_begins_anew() {
        let mut specimens = Specimens::default();
        specimens.grow(0, frame(3.0));
        specimens.restart_unfinished();
        specimens.grow(0, frame(3.2));
        assert_eq!(specimens.0[0].moments.len(), 1);
    }
}
