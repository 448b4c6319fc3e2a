//! What makes a crystal good, and how alike crystals are.
//!
//! Of one crystal: [`CrystalMeasures`], [`structure_is_valid`], [`composition_is_valid`], [`powder_pattern`]. Of two:
//! [`StructureMatcher`], [`Fingerprint`]. Of sets: [`wasserstein()`], [`uniqueness`], [`ReferenceCrystals`].

mod assignment;
pub mod closest_pair;
pub mod diffraction;
pub mod fingerprint;
mod linear;
mod lll;
mod mapping;
pub mod matcher;
pub mod measures;
pub mod nearest;
mod nearest_image;
mod primitive;
pub mod scattering;
pub mod smact;
pub mod wasserstein;

pub use closest_pair::ClosestPair;
pub use diffraction::{COPPER_K_ALPHA, DiffractionError, DiffractionOptions, Peak, powder_pattern, profile};
pub use fingerprint::Fingerprint;
pub use matcher::{MAX_MATCH_ATOMS, Match, MatchError, ReducedCrystal, StructureMatcher};
pub use measures::{CrystalMeasures, SHORTEST_VALID_DISTANCE, SMALLEST_VALID_VOLUME, SpaceGroup, structure_is_valid};
pub use nearest::{NearestCrystal, ReferenceCrystals, ReferenceError, group_structures, uniqueness};
pub use nearest_image::NearestImage;
pub use scattering::FormFactors;
pub use smact::{OxidationTable, composition_is_valid};
pub use wasserstein::{density_distance, element_number_distance, wasserstein};
