//! A crystal: a lattice and the atoms of one cell.

use serde::{Deserialize, Serialize};

use super::{Element, MAX_ATOMS, MixedSite, Share, StructureError};

/// Three cell vectors as rows, Å.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[[f64; 3]; 3]", into = "[[f64; 3]; 3]")]
pub struct Lattice {
    rows: [[f64; 3]; 3],
}

impl Lattice {
    /// Cell vectors `a`, `b`, `c` as rows, Å.
    ///
    /// # Errors
    /// If a number is not finite, an edge is outside 0.1 Å to 10⁵ Å, or the volume is below 10⁻⁶ of the product of the
    /// edges.
    pub fn new(rows: [[f64; 3]; 3]) -> Result<Self, StructureError> {
        if rows.iter().flatten().any(|x| !x.is_finite()) {
            return Err(StructureError::NotFinite("the cell"));
        }
        let lattice = Self { rows };
        let edges = lattice.lengths();
        let volume = lattice.volume();
        if edges.iter().any(|edge| !(0.1..=1e5).contains(edge)) || volume < 1e-6 * edges.iter().product::<f64>() {
            return Err(StructureError::DegenerateCell { volume });
        }
        Ok(lattice)
    }

    /// From lengths a, b, c in Å and angles α, β, γ in degrees, in pymatgen's orientation: c along z, a in the xz
    /// plane.
    ///
    /// # Errors
    /// As [`Self::new`], and if no cell has these angles.
    pub fn from_parameters(lengths: [f64; 3], angles: [f64; 3]) -> Result<Self, StructureError> {
        if lengths.iter().chain(&angles).any(|x| !x.is_finite()) {
            return Err(StructureError::NotFinite("a cell parameter"));
        }
        let [a, b, c] = lengths;
        let [alpha, beta, gamma] = angles.map(f64::to_radians);
        let cos_gamma_star = ((alpha.cos() * beta.cos() - gamma.cos()) / (alpha.sin() * beta.sin())).clamp(-1.0, 1.0);
        let gamma_star = cos_gamma_star.acos();
        Self::new([
            [a * beta.sin(), 0.0, a * beta.cos()],
            [-b * alpha.sin() * gamma_star.cos(), b * alpha.sin() * gamma_star.sin(), b * alpha.cos()],
            [0.0, 0.0, c],
        ])
    }

    /// The cell vectors as rows, Å.
    pub fn rows(&self) -> &[[f64; 3]; 3] {
        &self.rows
    }

    /// a, b, c in Å.
    pub fn lengths(&self) -> [f64; 3] {
        self.rows.map(|row| dot(&row, &row).sqrt())
    }

    /// α (between b and c), β, γ in degrees.
    pub fn angles(&self) -> [f64; 3] {
        let lengths = self.lengths();
        [(1, 2), (0, 2), (0, 1)].map(|(i, j)| {
            (dot(&self.rows[i], &self.rows[j]) / (lengths[i] * lengths[j])).clamp(-1.0, 1.0).acos().to_degrees()
        })
    }

    /// Å³, never negative.
    pub fn volume(&self) -> f64 {
        let [a, b, c] = &self.rows;
        dot(a, &cross(b, c)).abs()
    }

    /// Fractional → Cartesian coordinates, Å.
    pub fn to_cartesian(&self, fractional: [f64; 3]) -> [f64; 3] {
        let mut position = [0.0; 3];
        for (f, row) in fractional.iter().zip(&self.rows) {
            for (p, r) in position.iter_mut().zip(row) {
                *p += f * r;
            }
        }
        position
    }

    /// Cartesian, Å → fractional coordinates, not wrapped.
    pub fn to_fractional(&self, position: [f64; 3]) -> [f64; 3] {
        let [a, b, c] = &self.rows;
        let signed_volume = dot(a, &cross(b, c));
        [cross(b, c), cross(c, a), cross(a, b)].map(|normal| dot(&normal, &position) / signed_volume)
    }
}

impl TryFrom<[[f64; 3]; 3]> for Lattice {
    type Error = StructureError;

    fn try_from(rows: [[f64; 3]; 3]) -> Result<Self, StructureError> {
        Self::new(rows)
    }
}

impl From<Lattice> for [[f64; 3]; 3] {
    fn from(lattice: Lattice) -> Self {
        lattice.rows
    }
}

/// One unified atomic mass unit per Å³ in g/cm³ (CODATA 2018: 1 u = 1.660 539 066 60 × 10⁻²⁴ g).
const UNIT_DENSITY: f64 = 1.660_539_066_60;

/// Atoms of one cell with their lattice. Fractional coordinates lie in [0, 1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Crystal {
    lattice: Lattice,
    elements: Vec<Element>,
    fractional_coordinates: Vec<[f64; 3]>,
    mixed_sites: Vec<MixedSite>,
}

impl Crystal {
    /// A crystal; fractional coordinates are wrapped into [0, 1).
    ///
    /// # Errors
    /// If the lists differ in length, exceed [`MAX_ATOMS`], or a coordinate is not finite.
    pub fn new(
        lattice: Lattice,
        elements: Vec<Element>,
        fractional_coordinates: Vec<[f64; 3]>,
    ) -> Result<Self, StructureError> {
        if elements.len() != fractional_coordinates.len() {
            let (elements, positions) = (elements.len(), fractional_coordinates.len());
            return Err(StructureError::Length { elements, positions });
        }
        if elements.len() > MAX_ATOMS {
            return Err(StructureError::TooManyAtoms(elements.len()));
        }
        if fractional_coordinates.iter().flatten().any(|x| !x.is_finite()) {
            return Err(StructureError::NotFinite("a fractional coordinate"));
        }
        let fractional_coordinates = fractional_coordinates.into_iter().map(|f| f.map(wrap)).collect();
        Ok(Self { lattice, elements, fractional_coordinates, mixed_sites: Vec::new() })
    }

    /// The same with sites that are not full of the element of their atom, in the order of the atoms. Density, powder
    /// pattern, supercells and CIF go by the shares; everything else takes the atoms as they are.
    ///
    /// # Errors
    /// If a site stands for no atom or not in order, or its shares do not begin with the element of its atom.
    pub fn with_mixed_sites(mut self, mixed_sites: Vec<MixedSite>) -> Result<Self, StructureError> {
        MixedSite::check(&mixed_sites, &self.elements)?;
        self.mixed_sites = mixed_sites;
        Ok(self)
    }

    /// The cell.
    pub fn lattice(&self) -> &Lattice {
        &self.lattice
    }

    /// The element of every atom.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// `[atoms, 3]`, in [0, 1).
    pub fn fractional_coordinates(&self) -> &[[f64; 3]] {
        &self.fractional_coordinates
    }

    /// The sites that are not full of the element of their atom, in the order of the atoms.
    pub fn mixed_sites(&self) -> &[MixedSite] {
        &self.mixed_sites
    }

    /// The mixed site that an atom stands for.
    pub fn mixed_site(&self, atom: usize) -> Option<&MixedSite> {
        let index = self.mixed_sites.binary_search_by_key(&atom, |site| site.atom as usize).ok()?;
        self.mixed_sites.get(index)
    }

    /// Everything that is at the sites, with the index of the site's atom.
    pub fn occupants(&self) -> impl Iterator<Item = (usize, Share)> + '_ {
        self.elements.iter().enumerate().flat_map(|(atom, &element)| {
            let mixed = self.mixed_site(atom);
            let whole = mixed.is_none().then_some(Share { element, occupancy: 1.0 });
            let shares = mixed.map_or(&[][..], |site| &site.shares);
            whole.into_iter().chain(shares.iter().copied()).map(move |share| (atom, share))
        })
    }

    /// `[atoms, 3]` Å.
    pub fn positions(&self) -> Vec<[f64; 3]> {
        self.fractional_coordinates.iter().map(|&f| self.lattice.to_cartesian(f)).collect()
    }

    /// Mass of the atoms over the cell's volume, g/cm³.
    pub fn density(&self) -> f64 {
        let mass = |(_, share): (usize, Share)| share.occupancy * share.element.facts().mass;
        UNIT_DENSITY * self.occupants().map(mass).sum::<f64>() / self.lattice.volume()
    }

    /// `repeats` copies of the cell along a, b, c, as one cell. Atoms of one copy stay together; the copies run with c
    /// fastest.
    ///
    /// # Errors
    /// If a count is 0, the atoms exceed [`MAX_ATOMS`] or the cell becomes too long.
    pub fn supercell(&self, repeats: [usize; 3]) -> Result<Self, StructureError> {
        let copies = repeats.iter().try_fold(1_usize, |product, &n| product.checked_mul(n));
        let atoms = copies.and_then(|copies| copies.checked_mul(self.elements.len().max(1))).unwrap_or(usize::MAX);
        if atoms == 0 {
            return Err(StructureError::EmptySupercell);
        }
        if atoms > MAX_ATOMS {
            return Err(StructureError::TooManyAtoms(atoms));
        }
        let mut rows = self.lattice.rows;
        for (row, &n) in rows.iter_mut().zip(&repeats) {
            *row = row.map(|x| x * n as f64);
        }
        let [na, nb, nc] = repeats;
        let mut elements = Vec::with_capacity(atoms);
        let mut fractional_coordinates = Vec::with_capacity(atoms);
        let mut mixed_sites = Vec::new();
        for (i, j, k) in (0..na).flat_map(|i| (0..nb).flat_map(move |j| (0..nc).map(move |k| (i, j, k)))) {
            let first = elements.len() as u32;
            let copied = |site: &MixedSite| MixedSite { atom: first + site.atom, shares: site.shares.clone() };
            mixed_sites.extend(self.mixed_sites.iter().map(copied));
            elements.extend_from_slice(&self.elements);
            fractional_coordinates.extend(self.fractional_coordinates.iter().map(|f| {
                [(f[0] + i as f64) / na as f64, (f[1] + j as f64) / nb as f64, (f[2] + k as f64) / nc as f64]
            }));
        }
        Self::new(Lattice::new(rows)?, elements, fractional_coordinates)?.with_mixed_sites(mixed_sites)
    }
}

/// Into [0, 1); −1e-20 becomes 0, not 1.
pub(crate) fn wrap(x: f64) -> f64 {
    let wrapped = x - x.floor();
    if wrapped >= 1.0 { 0.0 } else { wrapped }
}

pub(crate) fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// How a crystal is written in JSON.
#[derive(Serialize, Deserialize)]
struct Parts {
    lattice: [[f64; 3]; 3],
    elements: Vec<Element>,
    fractional_coordinates: Vec<[f64; 3]>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mixed_sites: Vec<MixedSite>,
}

impl TryFrom<Parts> for Crystal {
    type Error = StructureError;

    fn try_from(parts: Parts) -> Result<Self, StructureError> {
        Self::new(Lattice::new(parts.lattice)?, parts.elements, parts.fractional_coordinates)?
            .with_mixed_sites(parts.mixed_sites)
    }
}

impl From<Crystal> for Parts {
    fn from(crystal: Crystal) -> Self {
        Self {
            lattice: crystal.lattice.rows,
            elements: crystal.elements,
            fractional_coordinates: crystal.fractional_coordinates,
            mixed_sites: crystal.mixed_sites,
        }
    }
}
