//! The list of systems. Adding one is a file here and a line in [`all`].

pub mod crysbfn;
pub mod porous_gan;

use std::sync::LazyLock;

use crate::System;

/// Every system, in the order of the gallery.
pub fn all() -> &'static [System] {
    static ALL: LazyLock<Vec<System>> = LazyLock::new(|| vec![porous_gan::system(), crysbfn::system()]);
    &ALL
}

/// The system of that slug.
pub fn find(slug: &str) -> Option<&'static System> {
    all().iter().find(|s| s.slug == slug)
}
