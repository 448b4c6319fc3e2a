//! Structures in words: for captions, tooltips and those who do not see the picture.

use samples::{
    Crystal,
    structure::{Composition, MixedSite, Structure},
};

/// One line: `SrTiO3, 5 atoms`.
pub fn caption(structure: &Structure) -> String {
    let composition = Composition::of(structure.elements());
    let formula = match structure {
        Structure::Crystal(_) => composition.electronegativity_formula(),
        Structure::Molecule(_) => composition.hill_formula(),
    };
    let atoms = structure.elements().len();
    format!("{}, {atoms} {}", with_subscripts(&formula), if atoms == 1 { "atom" } else { "atoms" })
}

/// Everything that the picture shows, in sentences: formula, cell, counts.
pub fn summary(structure: &Structure) -> String {
    let composition = Composition::of(structure.elements());
    let counts: Vec<String> = composition.counts().iter().map(|(element, n)| format!("{n} {element}")).collect();
    let atoms = format!("{} atoms: {}.", structure.elements().len(), counts.join(", "));
    match structure {
        Structure::Crystal(crystal) => {
            format!("Crystal of {}. {atoms} {}", composition.reduced().0.electronegativity_formula(), cell(crystal))
        }
        Structure::Molecule(molecule) => {
            let bonds = molecule.bonds().len();
            let bonds = if bonds > 0 { format!(" {bonds} bonds in the file.") } else { String::new() };
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

/// Three coordinates with `digits` decimals and true minus signs.
pub fn coordinates(at: [f64; 3], digits: usize) -> String {
    at.map(|x| format!("{x:.digits$}").replace('-', "−")).join(", ")
}

/// `SrTiO3` → `SrTiO₃`.
pub fn with_subscripts(formula: &str) -> String {
    formula.chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32('₀' as u32 + d)).unwrap_or(c)).collect()
}

#[cfg(test)]
mod tests {
    use samples::structure::Share;

    use super::*;
    use crate::state::specimen::tests::perovskite;

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
}
