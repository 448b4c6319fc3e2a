//! Which elements a picture shows.

use std::collections::BTreeMap;

use samples::structure::{Element, Structure};

use super::Palette;

/// One line of the legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LegendEntry {
    /// The element.
    pub element: Element,
    /// Its atoms in the structure, images not counted.
    pub count: usize,
    /// sRGB, 0..1.
    pub colour: [f32; 3],
}

/// The elements of a structure by atomic number.
pub fn legend(structure: &Structure, palette: Palette) -> Vec<LegendEntry> {
    let mut counts = BTreeMap::<Element, usize>::new();
    for &element in structure.elements() {
        *counts.entry(element).or_default() += 1;
    }
    counts.into_iter().map(|(element, count)| LegendEntry { element, count, colour: palette.colour(element) }).collect()
}

#[cfg(test)]
mod tests {
    use samples::structure::Molecule;

    use super::*;

    #[test]
    fn elements_are_counted_and_coloured() {
        let elements: Vec<Element> = ["O", "H", "H"].map(|s| s.parse().expect("an element")).into();
        let water = Molecule::new(elements, vec![[0.0; 3], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]).expect("a molecule");
        let entries = legend(&Structure::Molecule(water), Palette::Jmol);
        assert_eq!(entries.iter().map(|e| (e.element.symbol(), e.count)).collect::<Vec<_>>(), [("H", 2), ("O", 1)]);
        assert_eq!(entries[1].colour.map(|c| (c * 255.0) as u8), [255, 13, 13], "Jmol's oxygen");
    }
}
