//! Arrows at atoms: what a file says of each besides its place, or where the next step takes it.

use samples::structure::{Structure, metrics::NearestImage};

use crate::{
    state::specimen::{Moment, Specimen},
    text::format,
};

/// Length of the longest arrow of a file's vectors, Å; steps have their own length.
const LONGEST: f64 = 2.0;

/// What the arrows of a specimen are.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrows {
    /// Vectors of the file, under its name for them; the longest has this length there.
    Own { name: String, longest: f64 },
    /// Moves to the next step.
    Moves,
}

impl Arrows {
    /// Those of a specimen: what its file says before what follows from its moments. `None` if there is neither.
    pub fn of(specimen: &Specimen) -> Option<Self> {
        let mut all = specimen.moments.iter().filter_map(|moment| moment.frame().vectors.as_ref());
        let name = all.next().map(|vectors| vectors.name.clone()).unwrap_or_default();
        let own = specimen.moments.iter().flat_map(|moment| named(moment, &name));
        let longest = own.map(length).fold(0.0, f64::max);
        match longest > 0.0 {
            true => Some(Self::Own { name, longest }),
            false => (specimen.moments.len() > 1).then_some(Self::Moves),
        }
    }

    /// Name of the control.
    pub fn title(&self) -> String {
        match self {
            Self::Own { name, .. } => format!("Arrows: {}", name.replace('_', " ")),
            Self::Moves => "Arrows: next step".to_owned(),
        }
    }

    /// What they are, in a sentence.
    pub fn explanation(&self) -> String {
        match self {
            Self::Own { name, longest } => format!(
                "Arrows are the file's “{name}”: the longest of all steps, {} in the file's unit, is drawn {LONGEST} Å long.",
                format::number(*longest, 3)
            ),
            Self::Moves => {
                "Arrows lead to where each atom of this cell is in the next step, through a face where that is nearer."
                    .to_owned()
            }
        }
    }

    /// Those at moment `at`, Å as drawn, one per atom; none where there are none.
    pub fn at(&self, specimen: &Specimen, at: usize) -> Vec<[f32; 3]> {
        let Some(now) = specimen.moments.get(at) else { return Vec::new() };
        match self {
            Self::Own { name, longest } => named(now, name)
                .iter()
                .map(|vector| vector.map(|x| (f64::from(x) / longest * LONGEST) as f32))
                .collect(),
            Self::Moves => specimen.moments.get(at + 1).map(|next| moves(now, next)).unwrap_or_default(),
        }
    }
}

fn length(vector: &[f32; 3]) -> f64 {
    vector.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>().sqrt()
}

/// The vectors of a moment if they have this name.
fn named<'a>(moment: &'a Moment, name: &str) -> &'a [[f32; 3]] {
    let own = moment.frame().vectors.as_ref().filter(|vectors| vectors.name == name);
    own.map_or(&[], |vectors| &vectors.values)
}

/// From each atom to its place in the next moment; none if they are not as many atoms.
fn moves(now: &Moment, next: &Moment) -> Vec<[f32; 3]> {
    if now.structure().elements().len() != next.structure().elements().len() {
        return Vec::new();
    }
    match (now.structure(), next.structure()) {
        (Structure::Crystal(now), Structure::Crystal(next)) => {
            let lattice = now.lattice();
            // In a cell that is not reduced the nearest image may lie beyond the neighbours.
            let reduced = lattice.niggli_reduced().map_or(*lattice, |reduction| reduction.lattice);
            let images = NearestImage::new(*reduced.rows());
            let pairs = now.fractional_coordinates().iter().zip(next.fractional_coordinates());
            let shift = |(from, to): (&[f64; 3], &[f64; 3])| {
                let step = lattice.to_cartesian([0, 1, 2].map(|k| to[k] - from[k]));
                let (shortest, _) = images.shortest(&reduced.to_fractional(step));
                shortest.map(|x| x as f32)
            };
            pairs.map(shift).collect()
        }
        (Structure::Molecule(now), Structure::Molecule(next)) => {
            let pairs = now.positions().iter().zip(next.positions());
            pairs.map(|(from, to)| [0, 1, 2].map(|k| (to[k] - from[k]) as f32)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use samples::{
        Crystal, Frame,
        structure::{Lattice, formats},
    };

    use super::*;
    use crate::state::specimen::tests::cube;

    #[test]
    fn steps_lead_through_the_nearer_face() {
        let moment = |x| Moment::new(Frame::new(Structure::Crystal(cube(4.0, &["Po"], &[[x, 0.0, 0.5]])), ""));
        let specimen = Specimen { moments: vec![moment(0.9), moment(0.1)], finished: true, measures: None };
        let arrows = Arrows::of(&specimen).expect("two moments");
        assert_eq!(arrows, Arrows::Moves);
        let [step] = arrows.at(&specimen, 0)[..] else { panic!("one atom") };
        assert!((step[0] - 0.8).abs() < 1e-6 && step[1..].iter().all(|x| x.abs() < 1e-6), "{step:?}");
        assert!(arrows.at(&specimen, 1).is_empty(), "the last goes nowhere");
        assert_eq!(Arrows::of(&Specimen { moments: vec![moment(0.1)], ..specimen }), None);
    }

    #[test]
    fn steps_in_an_oblique_cell_are_the_shortest() {
        let lattice = Lattice::from_parameters([4.0, 4.0, 9.0], [90.0, 90.0, 60.0]).expect("a cell");
        let moment = |x| {
            let crystal = Crystal::new(lattice, vec!["Po".parse().expect("polonium")], vec![[x, x, 0.5]]);
            Moment::new(Frame::new(Structure::Crystal(crystal.expect("a crystal")), ""))
        };
        let specimen = Specimen { moments: vec![moment(0.0), moment(0.45)], finished: true, measures: None };
        let [step] = Arrows::Moves.at(&specimen, 0)[..] else { panic!("one atom") };
        // To the image at (0.45, −0.55): 4 √(0.45² + 0.55² − 0.45 · 0.55) Å away.
        assert!((length(&step) - 2.0298).abs() < 1e-3, "{step:?}");
    }

    #[test]
    fn a_files_forces_are_drawn_to_scale() {
        let atoms = |force: &str| format!("1\nProperties=species:S:1:pos:R:3:forces:R:3\nH 0 0 0 {force}\n");
        let other = atoms("0 0 90").replace("forces", "velo");
        let text = atoms("0 3 4") + &atoms("0 0 -1") + &other;
        let specimen = Specimen::of(formats::read("x.extxyz", text.as_bytes()).expect("a file").trajectory);
        let arrows = Arrows::of(&specimen).expect("forces");
        assert_eq!(arrows, Arrows::Own { name: "forces".to_owned(), longest: 5.0 });
        assert_eq!(arrows.at(&specimen, 0), [[0.0, 1.2, 1.6]]);
        assert_eq!(arrows.at(&specimen, 1), [[0.0, 0.0, -0.4]]);
        assert!(arrows.at(&specimen, 2).is_empty(), "velocities are no forces");
    }
}
