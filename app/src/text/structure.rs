//! Structures in words: for captions, tooltips and those who do not see the picture.

use samples::{
    Crystal,
    structure::{Composition, MixedSite, Structure},
};

use crate::state::crystal::{Labels, MOST_LABELS, StructureLook};

/// One line: `SrTiO3, 5 atoms`.
pub fn caption(structure: &Structure) -> String {
    let composition = Composition::of(structure.elements());
    let formula = match structure {
        Structure::Crystal(_) => composition.electronegativity_formula(),
        Structure::Molecule(_) => composition.hill_formula(),
    };
    format!("{}, {}", with_subscripts(&formula), counted(structure.elements().len(), "atom"))
}

/// Everything that the picture shows, in sentences: formula, cell, counts.
pub fn summary(structure: &Structure) -> String {
    let composition = Composition::of(structure.elements());
    let counts: Vec<String> = composition.counts().iter().map(|(element, n)| format!("{n} {element}")).collect();
    let atoms = format!("{}: {}.", counted(structure.elements().len(), "atom"), counts.join(", "));
    match structure {
        Structure::Crystal(crystal) => {
            format!("Crystal of {}. {atoms} {}", composition.reduced().0.electronegativity_formula(), cell(crystal))
        }
        Structure::Molecule(molecule) => {
            let bonds = molecule.bonds().len();
            let bonds = if bonds > 0 { format!(" {} in the file.", counted(bonds, "bond")) } else { String::new() };
            format!("Molecule {}. {atoms}{bonds}", composition.hill_formula())
        }
    }
}

/// `Cell: a 3.905, b 3.905, c 3.905 Å; α 90.0, β 90.0, γ 90.0°; 59.5 Å³.`
pub fn cell(crystal: &Crystal) -> String {
    let ([a, b, c], [alpha, beta, gamma]) = (crystal.lattice().lengths(), crystal.lattice().angles());
    format!(
        "Cell: a {a:.3}, b {b:.3}, c {c:.3} Å; α {alpha:.1}, β {beta:.1}, γ {gamma:.1}°; {:.1} Å³.",
        crystal.lattice().volume()
    )
}

/// `Ge 51.5 %, P 48.5 %`, and how often the site is empty.
pub fn shares(site: &MixedSite) -> String {
    let percent = |name: &str, share: f64| format!("{name} {} %", (1000.0 * share).round() / 10.0);
    let mut parts: Vec<String> =
        site.shares.iter().map(|share| percent(share.element.symbol(), share.occupancy)).collect();
    if site.vacancy() >= 0.0005 {
        parts.push(percent("empty", site.vacancy()));
    }
    parts.join(", ")
}

/// How sure the model is of each coordinate of an atom, `x 0.25, y 0.50, z 0.75`; `None` where that has no meaning.
pub fn certainty(certainties: &[[f32; 3]], atom: usize) -> Option<String> {
    certainties.get(atom).map(|[x, y, z]| format!("x {x:.2}, y {y:.2}, z {z:.2}"))
}

/// What the `count` atoms of a selection from number `first` on measure:
/// `Distance 1–2 5.8575 Å, nearest image 1.9525 Å`.
///
/// Where `images` were picked, the first value is that of the atoms as `drawn`, and a distance is followed by that of the
/// nearest image. Of atoms of the first cell, as a list has them, the first value is that of the `nearest` images. The
/// second is left out where it reads the same.
pub fn measurement(first: usize, count: usize, drawn: Option<f64>, nearest: Option<f64>, images: bool) -> String {
    let (name, told): (&str, fn(f64) -> String) = match count {
        2 => ("Distance", angstroms),
        3 => ("Angle", degrees),
        _ => ("Dihedral", degrees),
    };
    let (value, other) = match (images, count) {
        (false, _) => (nearest, drawn.map(|drawn| ("as drawn", drawn))),
        (true, 2) => (drawn, nearest.map(|nearest| ("nearest image", nearest))),
        (true, _) => (drawn, None),
    };
    let numbers: Vec<String> = (first..first + count).map(|number| number.to_string()).collect();
    let why = if count == 3 { "undefined: two of the atoms coincide" } else { "undefined: the atoms lie on a line" };
    let value = value.map_or_else(|| why.to_owned(), told);
    let other = other.map(|(way, other)| (way, told(other))).filter(|(_, other)| *other != value);
    let other = other.map_or_else(String::new, |(way, other)| format!(", {way} {other}"));
    format!("{name} {} {value}{other}", numbers.join("–"))
}

fn angstroms(x: f64) -> String {
    format!("{x:.4} Å")
}

fn degrees(x: f64) -> String {
    let text = format!("{x:.2}°");
    match text.as_str() {
        // Half a turn is the same either way, and so is none.
        "-180.00°" | "-0.00°" => text.replace('-', ""),
        _ => text.replace('-', "−"),
    }
}

/// That atoms go without a label, where more are drawn than get one. Images on the faces come last and are not counted.
pub fn unlabelled(structure: &Structure, look: &StructureLook) -> Option<String> {
    let visible = structure.elements().iter().filter(|element| !look.hidden.contains(element)).count();
    let cells: usize = match structure {
        Structure::Crystal(_) => look.supercell.iter().map(|&cells| cells as usize).product(),
        Structure::Molecule(_) => 1,
    };
    let atoms = visible.saturating_mul(cells);
    (look.labels != Labels::None && atoms > MOST_LABELS)
        .then(|| format!("The first {MOST_LABELS} of {atoms} atoms have labels."))
}

/// Three coordinates with `digits` decimals and true minus signs.
pub fn coordinates(at: [f64; 3], digits: usize) -> String {
    at.map(|x| format!("{x:.digits$}").replace('-', "−")).join(", ")
}

/// `1 atom`, `5 atoms`.
fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

/// `SrTiO3` → `SrTiO₃`.
pub fn with_subscripts(formula: &str) -> String {
    formula.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32('₀' as u32 + d)).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use samples::structure::{Bond, BondOrder, Molecule, Share};

    use super::*;
    use crate::state::specimen::tests::{cube, perovskite};

    #[test]
    fn a_crystal_is_told_in_words() {
        let structure = Structure::Crystal(perovskite());
        assert_eq!(caption(&structure), "SrTiO₃, 5 atoms");
        let text = summary(&structure);
        assert_eq!(
            text,
            "Crystal of SrTiO3. 5 atoms: 3 O, 1 Ti, 1 Sr. Cell: a 3.905, b 3.905, c 3.905 Å; α 90.0, β 90.0, γ 90.0°; 59.5 Å³."
        );
        let share = |symbol: &str, occupancy| Share { element: symbol.parse().expect("an element"), occupancy };
        let site = MixedSite { atom: 0, shares: vec![share("Ge", 0.515), share("P", 0.25)] };
        assert_eq!(shares(&site), "Ge 51.5 %, P 25 %, empty 23.5 %");
        assert_eq!(coordinates([0.5, -1.25, 0.0], 2), "0.50, −1.25, 0.00");
    }

    #[test]
    fn one_atom_and_one_bond_are_told_as_one() {
        let polonium = Structure::Crystal(cube(3.3, &["Po"], &[[0.0; 3]]));
        assert_eq!(caption(&polonium), "Po, 1 atom");
        assert!(summary(&polonium).starts_with("Crystal of Po. 1 atom: 1 Po. Cell: "), "{}", summary(&polonium));
        let hydrogen = Molecule::new(vec!["H".parse().expect("an element"); 2], vec![[0.0; 3], [0.74, 0.0, 0.0]]);
        let bond = Bond { atoms: [0, 1], order: BondOrder::Single };
        let hydrogen = hydrogen.and_then(|hydrogen| hydrogen.with_bonds(vec![bond])).expect("a molecule");
        assert_eq!(summary(&Structure::Molecule(hydrogen)), "Molecule H2. 2 atoms: 2 H. 1 bond in the file.");
    }

    #[test]
    fn the_certainty_of_each_coordinate_is_told() {
        let certainties = [[0.25_f32, 0.5, 0.754]];
        assert_eq!(certainty(&certainties, 0).as_deref(), Some("x 0.25, y 0.50, z 0.75"));
        assert_eq!((certainty(&certainties, 1), certainty(&[], 0)), (None, None));
    }

    #[test]
    fn images_measure_what_is_drawn_and_atoms_of_a_list_the_nearest_images() {
        let told = |drawn, nearest, images| measurement(1, 2, drawn, nearest, images);
        let (far, near) = (Some(5.8575), Some(1.9525));
        assert_eq!(told(far, near, true), "Distance 1–2 5.8575 Å, nearest image 1.9525 Å");
        assert_eq!(told(far, near, false), "Distance 1–2 1.9525 Å, as drawn 5.8575 Å");
        assert_eq!(told(near, near, false), "Distance 1–2 1.9525 Å");
        // Twice the same atom.
        assert_eq!(told(Some(3.905), None, true), "Distance 1–2 3.9050 Å");
        assert_eq!(measurement(2, 3, Some(90.0), Some(45.0), true), "Angle 2–3–4 90.00°");
        assert_eq!(measurement(2, 3, Some(90.0), Some(45.0), false), "Angle 2–3–4 45.00°, as drawn 90.00°");
        assert_eq!(measurement(1, 3, None, None, false), "Angle 1–2–3 undefined: two of the atoms coincide");
        assert_eq!(measurement(1, 4, Some(-180.0), Some(180.0), false), "Dihedral 1–2–3–4 180.00°");
        assert_eq!(measurement(1, 4, Some(-60.0), None, true), "Dihedral 1–2–3–4 −60.00°");
    }

    #[test]
    fn atoms_beyond_the_last_label_are_told_of() {
        let crystal = Structure::Crystal(perovskite());
        let look = |labels, edge| StructureLook { labels, supercell: [edge; 3], ..StructureLook::default() };
        assert_eq!(unlabelled(&crystal, &look(Labels::Numbers, 3)), None);
        assert_eq!(unlabelled(&crystal, &look(Labels::None, 4)), None);
        let told = "The first 200 of 320 atoms have labels.";
        assert_eq!(unlabelled(&crystal, &look(Labels::Numbers, 4)).as_deref(), Some(told));
        let hidden = vec!["O".parse().expect("an element")];
        assert_eq!(unlabelled(&crystal, &StructureLook { hidden, ..look(Labels::Numbers, 4) }), None);
    }
}
