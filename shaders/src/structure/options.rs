//! How a structure is shown: plain data that a page edits.

use samples::structure::Element;

/// How atoms and bonds are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Style {
    /// Small balls and sticks.
    #[default]
    BallAndStick,
    /// Balls of the van der Waals radius, no sticks.
    Spacefill,
    /// Sticks only, with round ends.
    Sticks,
    /// Small balls, sticks and the coordination polyhedra of [`PolyhedraRule`].
    Polyhedra,
}

/// Whose colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Palette {
    /// The convention for molecules.
    #[default]
    Jmol,
    /// The convention for inorganic crystals.
    Vesta,
}

impl Palette {
    /// sRGB, 0..1.
    pub fn colour(self, element: Element) -> [f32; 3] {
        let facts = element.facts();
        match self {
            Self::Jmol => facts.jmol_colour(),
            Self::Vesta => facts.vesta_colour(),
        }
        .map(|channel| f32::from(channel) / 255.0)
    }
}

/// What becomes of a bond whose other atom lies outside the cells that are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum OpenBonds {
    /// It is left out.
    Hide,
    /// Its nearer half is drawn: the crystal goes on here.
    #[default]
    Half,
    /// The other atom is drawn too.
    Complete,
}

/// How sure the model is of an atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum CertaintyStyle {
    /// Not shown.
    #[default]
    Hidden,
    /// Atoms and bonds that are less certain are more translucent.
    Opacity,
    /// A translucent halo, wider the less certain the atom is.
    Halo,
}

/// Which atoms get a coordination polyhedron: the convex hull of the more electronegative non-metals bonded to them.
#[derive(Clone, Debug, PartialEq)]
pub struct PolyhedraRule {
    /// Smallest coordination number, at least 3.
    pub least: u32,
    /// Largest coordination number.
    pub most: u32,
    /// Elements that never get one. By default the alkalis and Ca, Sr, Ba: A-site cations, whose large polyhedra
    /// would hide everything.
    pub without: Vec<Element>,
    /// 0..1.
    pub opacity: f32,
}

impl Default for PolyhedraRule {
    fn default() -> Self {
        const A_SITES: [u8; 9] = [3, 11, 19, 37, 55, 87, 20, 38, 56];
        Self { least: 4, most: 8, without: A_SITES.into_iter().filter_map(Element::new).collect(), opacity: 0.55 }
    }
}

/// Everything about the picture except the structure and the camera. Colours are sRGB, 0..1, not premultiplied.
///
/// Numbers outside their range are brought into it when the picture is drawn; NaN counts as the default.
#[derive(Clone, Debug, PartialEq)]
pub struct StructureOptions {
    /// How atoms and bonds are drawn.
    pub style: Style,
    /// Whose colours.
    pub palette: Palette,
    /// Cells along a, b, c, 1 to 10 each; molecules have one.
    pub supercell: [u32; 3],
    /// Draws atoms on a face, edge or corner of the cell on the opposite ones too.
    pub image_atoms: bool,
    /// What becomes of bonds that leave the cells.
    pub open_bonds: OpenBonds,
    /// Draws the edges of the cells.
    pub cell: bool,
    /// Draws the directions of a, b, c (molecules: x, y, z) in the lower left corner.
    pub axes: bool,
    /// Elements that are not drawn.
    pub hidden: Vec<Element>,
    /// Radius of a ball in units of the element's covalent radius, 0.05 to 2.
    pub ball_scale: f32,
    /// Radius of a sphere of [`Style::Spacefill`] in units of the van der Waals radius, 0.05 to 2.
    pub spacefill_scale: f32,
    /// Å, 0.01 to 1.
    pub stick_radius: f32,
    /// Draws bonds of two, three and aromatic electron pairs as such.
    pub bond_orders: bool,
    /// Which atoms get a polyhedron in [`Style::Polyhedra`].
    pub polyhedra: PolyhedraRule,
    /// How certainty is shown.
    pub certainty: CertaintyStyle,
    /// Length of a vector of length 1, Å.
    pub vector_scale: f32,
    /// Colour of vectors.
    pub vector_colour: [f32; 3],
    /// Colour of the second structure.
    pub overlay_colour: [f32; 3],
    /// Opacity of the second structure, 0..1.
    pub overlay_opacity: f32,
    /// Colour of the selection.
    pub highlight: [f32; 3],
    /// Behind everything. Alpha below 1 is kept in screenshots only.
    pub background: [f32; 4],
    /// Cell edges and letters.
    pub line: [f32; 3],
    /// Width of lines in canvas pixels; multiply by the device-pixel ratio.
    pub line_width: f32,
    /// How much far parts fade into the background, 0..1.
    pub depth_cue: f32,
    /// Darkens hollows, for figures.
    pub ambient_occlusion: bool,
    /// Draws the contour of everything opaque, for figures.
    pub outline: bool,
    /// Rendered pixels per canvas pixel along each side, 0.1 to 2: 2 smooths edges. A canvas on a software adapter
    /// takes 1 at most.
    pub pixel_scale: f32,
}

impl StructureOptions {
    /// The colours of the light or the dark theme.
    pub fn themed(dark: bool) -> Self {
        let light = Self {
            style: Style::default(),
            palette: Palette::default(),
            supercell: [1; 3],
            image_atoms: true,
            open_bonds: OpenBonds::default(),
            cell: true,
            axes: true,
            hidden: Vec::new(),
            ball_scale: 0.5,
            spacefill_scale: 1.0,
            stick_radius: 0.11,
            bond_orders: true,
            polyhedra: PolyhedraRule::default(),
            certainty: CertaintyStyle::default(),
            vector_scale: 1.0,
            vector_colour: [0.83, 0.25, 0.16],
            overlay_colour: [0.55, 0.57, 0.60],
            overlay_opacity: 0.45,
            highlight: [0.98, 0.70, 0.10],
            background: [1.0; 4],
            line: [0.42, 0.45, 0.50],
            line_width: 1.25,
            depth_cue: 0.35,
            ambient_occlusion: false,
            outline: false,
            pixel_scale: 1.0,
        };
        if !dark {
            return light;
        }
        Self {
            background: [0.063, 0.071, 0.086, 1.0],
            line: [0.50, 0.54, 0.60],
            overlay_colour: [0.62, 0.64, 0.67],
            vector_colour: [0.95, 0.42, 0.30],
            ..light
        }
    }

    pub(super) fn supercell(&self) -> [i32; 3] {
        self.supercell.map(|n| n.clamp(1, MOST_CELLS) as i32)
    }
}

/// Cells along one direction that can be drawn.
pub const MOST_CELLS: u32 = 10;

impl Default for StructureOptions {
    fn default() -> Self {
        Self::themed(false)
    }
}

/// `value` within a range, or `otherwise` if it is not a number.
pub(super) fn within(value: f32, range: (f32, f32), otherwise: f32) -> f32 {
    if value.is_nan() { otherwise } else { value.clamp(range.0, range.1) }
}
