//! How a structure is shown: what the controls of its view change.

use samples::structure::Element;

/// Cells along one direction that can be shown.
pub const MOST_CELLS: u32 = 10;
/// Most atoms of a structure that the page measures itself, on its own thread: the time grows with their number.
pub const MEASURED_ON_PAGE: usize = 20_000;
/// Most atoms whose symmetry it seeks: that time grows much faster.
pub const SYMMETRY_ON_PAGE: usize = 500;
/// Atoms that can be selected: four make a dihedral.
pub const MOST_SELECTED: usize = 4;
/// Most atoms in one picture that get labels.
pub const MOST_LABELS: usize = 200;

/// How atoms and bonds are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Small balls and sticks.
    #[default]
    BallAndStick,
    /// Balls that touch.
    Spacefill,
    /// Sticks only.
    Sticks,
    /// Balls, sticks and coordination polyhedra.
    Polyhedra,
}

impl Style {
    /// All styles, with their name in the document and on the page.
    pub const ALL: [(Style, &'static str, &'static str); 4] = [
        (Style::BallAndStick, "ball-and-stick", "Ball and stick"),
        (Style::Spacefill, "spacefill", "Spacefill"),
        (Style::Sticks, "sticks", "Sticks"),
        (Style::Polyhedra, "polyhedra", "Polyhedra"),
    ];
}

/// Whose colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Palette {
    /// The convention for molecules.
    Jmol,
    /// The convention for inorganic crystals.
    #[default]
    Vesta,
}

impl Palette {
    /// Both, with their name in the document and on the page.
    pub const ALL: [(Palette, &'static str, &'static str); 2] =
        [(Palette::Vesta, "vesta", "VESTA"), (Palette::Jmol, "jmol", "Jmol")];

    /// The colour of an element, sRGB.
    pub fn colour(self, element: Element) -> [u8; 3] {
        match self {
            Self::Jmol => element.facts().jmol_colour(),
            Self::Vesta => element.facts().vesta_colour(),
        }
    }
}

/// What is written beside atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Labels {
    /// Nothing.
    #[default]
    None,
    /// Their element.
    Elements,
    /// Their number in the file, from 1.
    Numbers,
}

impl Labels {
    /// All, with their name in the document and on the page.
    pub const ALL: [(Labels, &'static str, &'static str); 3] = [
        (Labels::None, "none", "None"),
        (Labels::Elements, "elements", "Elements"),
        (Labels::Numbers, "numbers", "Numbers"),
    ];
}

/// Everything about the view that its controls change.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureLook {
    /// How atoms and bonds are drawn.
    pub style: Style,
    /// Whose colours.
    pub palette: Palette,
    /// Cells along a, b, c, 1 to [`MOST_CELLS`].
    pub supercell: [u32; 3],
    /// Atoms on a face of the cell on the opposite one too.
    pub image_atoms: bool,
    /// Edges of the cell.
    pub cell: bool,
    /// Directions of a, b, c in a corner.
    pub axes: bool,
    /// Parallels stay parallel.
    pub orthographic: bool,
    /// What is written beside atoms.
    pub labels: Labels,
    /// Elements that are not drawn.
    pub hidden: Vec<Element>,
    /// Less certain atoms are more translucent.
    pub certainty: bool,
    /// Arrows at the atoms, where there are any to draw.
    pub arrows: bool,
    /// Darkens hollows.
    pub ambient_occlusion: bool,
    /// Draws contours.
    pub outline: bool,
    /// Turns by itself.
    pub rotating: bool,
    /// Shows the nearest training crystal over it.
    pub compare: bool,
}

impl Default for StructureLook {
    fn default() -> Self {
        Self {
            style: Style::BallAndStick,
            palette: Palette::Vesta,
            supercell: [1; 3],
            image_atoms: true,
            cell: true,
            axes: true,
            orthographic: false,
            labels: Labels::None,
            hidden: Vec::new(),
            certainty: true,
            arrows: false,
            ambient_occlusion: false,
            outline: false,
            rotating: false,
            compare: false,
        }
    }
}

impl StructureLook {
    /// Hides an element, or shows it again.
    pub fn toggle(&mut self, element: Element) {
        match self.hidden.iter().position(|&hidden| hidden == element) {
            Some(index) => drop(self.hidden.remove(index)),
            None => self.hidden.push(element),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_is_hidden_twice_is_shown() {
        let oxygen = "O".parse().expect("an element");
        let mut look = StructureLook::default();
        look.toggle(oxygen);
        assert_eq!(look.hidden, [oxygen]);
        look.toggle(oxygen);
        assert_eq!(look, StructureLook::default());
    }
}
