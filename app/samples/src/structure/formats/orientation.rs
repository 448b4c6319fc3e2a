//! How cells lie in files that give lengths and angles, but Cartesian coordinates.

use crate::structure::{Lattice, StructureError};

/// A cell with a along x and b in the xy plane: the orientation of PDB and MOL2 coordinates.
pub(super) fn a_along_x(lengths: [f64; 3], angles: [f64; 3]) -> Result<Lattice, StructureError> {
    let [alpha, beta, gamma] = angles.map(|angle| angle.to_radians());
    let [a, b, c] = lengths;
    // Exact for right angles, whose cosine in floating point is not 0.
    let cosine = |angle: f64, degrees: f64| if degrees == 90.0 { 0.0 } else { angle.cos() };
    let (cos_alpha, cos_beta, cos_gamma) =
        (cosine(alpha, angles[0]), cosine(beta, angles[1]), cosine(gamma, angles[2]));
    let y = (cos_alpha - cos_beta * cos_gamma) / gamma.sin();
    let z = (1.0 - cos_beta * cos_beta - y * y).max(0.0).sqrt();
    let lattice = Lattice::new([[a, 0.0, 0.0], [b * cos_gamma, b * gamma.sin(), 0.0], [c * cos_beta, c * y, c * z]])?;
    if lengths.iter().any(|&length| length <= 0.0) || angles.iter().any(|&angle| !(0.0..180.0).contains(&angle)) {
        return Err(StructureError::DegenerateCell { volume: lattice.volume() });
    }
    Ok(lattice)
}
