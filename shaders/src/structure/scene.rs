//! Everything that is drawn of one structure, as the vertex stage reads it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use glam::{DVec3, Vec3, Vec4};
use samples::structure::Element;

use super::bonds::StructureBond;
use super::content::Content;
use super::instances::{Colour, Cone, Corner, Cylinder, Sphere, colour};
use super::options::{CertaintyStyle, OpenBonds, StructureOptions, Style, within};
use super::sites::{Atoms, Sites};
use crate::ViewError;
use crate::lines::Segment;

/// Opacity of an atom of which nothing is certain.
const LEAST_OPACITY: f32 = 0.12;
/// Radius of the halo of an atom of which nothing is certain, beyond the atom itself, Å.
const WIDEST_HALO: f32 = 0.9;
/// The shell around an atom that does not fill its site: beyond the atom, Å, and its opacity.
const SHELL: (f32, u8) = (0.15, 96);
/// Radii of an arrow's shaft and head, and the length of its head, Å.
const ARROW: (f32, f32, f32) = (0.06, 0.16, 0.4);

/// An atom of the structure in one of the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AtomSite {
    /// Index in the structure.
    pub atom: u32,
    /// Cell along a, b, c; the structure's own is zero. Images on far faces lie beyond the cells asked for.
    pub cell: [i32; 3],
}

/// A bond of one of the cells: index among the bonds, and the cell of its first atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BondSite {
    pub bond: u32,
    pub cell: [i32; 3],
}

/// What a picture shows, hidden elements left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Atoms, images on faces included.
    pub atoms: usize,
    /// Of these the images.
    pub images: usize,
    /// Bonds, half ones included.
    pub bonds: usize,
    /// Coordination polyhedra.
    pub polyhedra: usize,
}

/// Whose picture this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// The structure itself.
    #[default]
    Main,
    /// The second structure over it: translucent as a whole, all in the lists of opaque things.
    Overlay,
}

/// Instances and what is needed to name what was picked.
#[derive(Default)]
pub struct Scene {
    pub sites: Sites,
    /// Those of the structure, in the order given.
    pub bonds: Arc<[StructureBond]>,
    pub bond_sites: Vec<BondSite>,
    pub polyhedron_sites: Vec<AtomSite>,
    pub spheres: Vec<Sphere>,
    pub clear_spheres: Vec<Sphere>,
    pub sticks: Vec<Cylinder>,
    pub clear_sticks: Vec<Cylinder>,
    pub cones: Vec<Cone>,
    pub corners: Vec<Corner>,
    /// Middle of a polyhedron and its part of `corners`.
    pub polyhedra: Vec<(Vec3, Range<u32>)>,
    pub polyhedra_are_opaque: bool,
    pub segments: Vec<Segment>,
    /// Å from the origin to the farthest thing.
    pub reach: f32,
    pub counts: Counts,
    pub(super) role: Role,
    pub(super) radii: Vec<f32>,
    pub(super) colours: Vec<Colour>,
    /// By atom.
    shells: HashMap<u32, Colour>,
    pub(super) hidden: Vec<bool>,
}

impl Scene {
    /// Everything of `content`, with the origin at `middle`.
    pub fn build(content: &Content, options: &StructureOptions, role: Role, middle: DVec3) -> Result<Self, ViewError> {
        let cells = options.supercell();
        let atoms = &content.atoms;
        let sites = Sites::new(atoms, cells, options.image_atoms, middle)?;
        let mut scene = Self { sites, bonds: Arc::clone(&content.bonds), role, ..Self::default() };
        scene.dress(content, options);
        if options.open_bonds == OpenBonds::Complete && atoms.lattice.is_some() {
            scene.add_partners(content, middle)?;
        }
        if options.style == Style::Polyhedra && role == Role::Main {
            scene.add_polyhedra(content, options, middle)?;
        }
        if options.style != Style::Spacefill {
            scene.add_sticks(content, options);
        }
        scene.add_spheres(content, options);
        if role == Role::Main {
            scene.add_vectors(content, options);
            if options.cell && atoms.lattice.is_some() {
                scene.add_cells(atoms, cells, options, middle);
            }
        }
        scene.reach = scene.reach.max(0.5);
        Ok(scene)
    }

    /// Radius of the ball at a place.
    pub fn radius(&self, place: usize) -> f32 {
        self.radii[self.sites.list[place].atom as usize]
    }

    /// Whether the atom at a place is drawn.
    pub fn is_shown(&self, place: usize) -> bool {
        !self.hidden[self.sites.list[place].atom as usize]
    }

    /// Radius, colour and visibility per atom of the structure.
    fn dress(&mut self, content: &Content, options: &StructureOptions) {
        let ball = within(options.ball_scale, (0.05, 2.0), 0.5);
        let spacefill = within(options.spacefill_scale, (0.05, 2.0), 1.0);
        let stick = stick_radius(options);
        let radius = |element: Element| {
            let facts = element.facts();
            match options.style {
                Style::Spacefill => {
                    // Where no van der Waals radius is known: 0.8 Å more than the covalent one, the usual difference.
                    spacefill * facts.van_der_waals_radius.unwrap_or(facts.covalent_radius + 0.8) as f32
                }
                Style::Sticks => stick,
                Style::BallAndStick | Style::Polyhedra => (ball * facts.covalent_radius as f32).max(stick),
            }
        };
        let elements = &content.atoms.elements;
        self.hidden = elements.iter().map(|element| options.hidden.contains(element)).collect();
        self.radii = elements.iter().map(|&element| radius(element)).collect();
        if self.role == Role::Main {
            // Of the colour of what is there next often, or of the lines where that is nothing.
            let shell = |next: Option<Element>| {
                let tint = next.map_or(options.line, |element| options.palette.colour(element));
                let [r, g, b, _] = colour(tint, 1.0);
                [r, g, b, SHELL.1]
            };
            self.shells = content.atoms.mixed.iter().map(|&(atom, next)| (atom, shell(next))).collect();
        }
        self.colours = match self.role {
            Role::Overlay => {
                let opacity = within(options.overlay_opacity, (0.0, 1.0), 0.45);
                vec![colour(options.overlay_colour, opacity); elements.len()]
            }
            Role::Main => elements
                .iter()
                .enumerate()
                .map(|(atom, &element)| {
                    let opacity = match (options.certainty, content.certainty.get(atom)) {
                        (CertaintyStyle::Opacity, Some(&sure)) => LEAST_OPACITY + (1.0 - LEAST_OPACITY) * sure,
                        _ => 1.0,
                    };
                    colour(options.palette.colour(element), opacity)
                })
                .collect(),
        };
    }

    fn add_spheres(&mut self, content: &Content, options: &StructureOptions) {
        self.spheres.reserve(self.sites.list.len());
        for (place, (site, &centre)) in self.sites.list.iter().zip(&self.sites.positions).enumerate() {
            let atom = site.atom as usize;
            if self.hidden[atom] {
                continue;
            }
            let (radius, colour) = (self.radii[atom], self.colours[atom]);
            let id = if self.role == Role::Main { place as u32 + 1 } else { 0 };
            let sphere = Sphere { centre, radius, colour, id };
            if self.role == Role::Main && colour[3] < 255 { &mut self.clear_spheres } else { &mut self.spheres }
                .push(sphere);
            self.counts.atoms += 1;
            self.counts.images += usize::from(place >= self.sites.own);
            self.reach = self.reach.max(centre.length() + radius);
            if let Some(&shell) = self.shells.get(&site.atom) {
                let shell = Sphere { radius: radius + SHELL.0, colour: shell, id: 0, ..sphere };
                self.clear_spheres.push(shell);
                self.reach = self.reach.max(centre.length() + shell.radius);
            }
            if options.certainty == CertaintyStyle::Halo
                && let Some(&sure) = content.certainty.get(atom)
            {
                let wider = WIDEST_HALO * (1.0 - sure);
                if wider > 0.01 {
                    let [r, g, b, _] = colour;
                    let halo = Sphere { radius: radius + wider, colour: [r, g, b, 56], id: 0, ..sphere };
                    self.clear_spheres.push(halo);
                    self.reach = self.reach.max(centre.length() + halo.radius);
                }
            }
        }
    }

    fn add_vectors(&mut self, content: &Content, options: &StructureOptions) {
        let scale = within(options.vector_scale, (-1e3, 1e3), 1.0);
        let tint = colour(options.vector_colour, 1.0);
        if content.vectors.is_empty() || scale == 0.0 {
            return;
        }
        for place in 0..self.sites.list.len() {
            let vector = content.vectors[self.sites.list[place].atom as usize] * scale;
            if self.is_shown(place) && vector.length() > 0.02 {
                let base = self.sites.positions[place];
                self.add_arrow(base, base + vector, tint);
            }
        }
    }

    /// An arrow between two points; a short one is all head.
    fn add_arrow(&mut self, base: Vec3, tip: Vec3, tint: Colour) {
        let (shaft, head, length) = ARROW;
        let along = tip - base;
        let length = length.min(0.6 * along.length());
        let neck = tip - along.normalize_or_zero() * length;
        self.sticks.push(Cylinder { begin: base, radius: shaft, end: neck, id: 0, colours: [tint; 2] });
        self.cones.push(Cone { base: neck, radius: head, tip, colour: tint });
        self.reach = self.reach.max(tip.length() + head);
    }

    fn add_cells(&mut self, atoms: &Atoms, cells: [i32; 3], options: &StructureOptions, middle: DVec3) {
        let tint = line_colour(options.line);
        let corner = |at: [i32; 3]| (atoms.shift(at) - middle).as_vec3();
        for axis in 0..3 {
            let (u, v) = ((axis + 1) % 3, (axis + 2) % 3);
            for i in 0..=cells[u] {
                for j in 0..=cells[v] {
                    let mut at = [0; 3];
                    (at[u], at[v]) = (i, j);
                    let mut end = at;
                    end[axis] = cells[axis];
                    // One line through all cells: the edges of a row of cells continue each other.
                    self.segments.push(segment(corner(at), corner(end), tint));
                    self.reach = self.reach.max(corner(at).length()).max(corner(end).length());
                }
            }
        }
    }
}

pub(super) fn stick_radius(options: &StructureOptions) -> f32 {
    within(options.stick_radius, (0.01, 1.0), 0.11)
}

pub fn segment(begin: Vec3, end: Vec3, colour: Vec4) -> Segment {
    Segment {
        begin: begin.to_array(),
        begin_pixels: [0.0; 2],
        end: end.to_array(),
        end_pixels: [0.0; 2],
        colour: colour.to_array(),
    }
}

/// Lines are mixed as displayed here, so their colour stays sRGB.
pub fn line_colour([r, g, b]: [f32; 3]) -> Vec4 {
    Vec4::new(r, g, b, 0.9)
}
