//! People and garments to choose from: a few that the page shows by name.

use super::{Garment, Person};

/// Something with a name for people and one for links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// For links and requests: small letters and hyphens.
    pub slug: &'static str,
    /// For people.
    pub name: &'static str,
    seed: u64,
}

/// The people.
pub const PEOPLE: [Named; 8] = [
    named("noor", "Noor", 1000),
    named("ari", "Ari", 1003),
    named("dana", "Dana", 1005),
    named("sam", "Sam", 1010),
    named("eli", "Eli", 1014),
    named("kai", "Kai", 1018),
    named("remy", "Remy", 1023),
    named("bo", "Bo", 1030),
];

/// The garments.
pub const GARMENTS: [Named; 8] = [
    named("yellow-y", "Yellow jumper with a Y", 2000),
    named("green-stripes", "Green striped T-shirt", 2002),
    named("red-checks", "Red checked T-shirt", 2009),
    named("yellow-dots", "Yellow dotted T-shirt", 2011),
    named("crimson-a", "Crimson jumper with an A", 2014),
    named("orange-stripes", "Orange striped jumper", 2017),
    named("navy-a", "Navy T-shirt with an A", 2022),
    named("navy-plain", "Plain navy jumper", 2026),
];

/// The person of [`PEOPLE`] with this slug.
pub fn person(slug: &str) -> Option<Person> {
    PEOPLE.iter().find(|named| named.slug == slug).map(|named| Person::random(named.seed))
}

/// What the person of [`PEOPLE`] with this slug wears before they try anything on.
pub fn worn_by(slug: &str) -> Option<Garment> {
    PEOPLE.iter().find(|named| named.slug == slug).map(|named| Garment::random(named.seed))
}

/// The garment of [`GARMENTS`] with this slug.
pub fn garment(slug: &str) -> Option<Garment> {
    GARMENTS.iter().find(|named| named.slug == slug).map(|named| Garment::random(named.seed))
}

const fn named(slug: &'static str, name: &'static str, seed: u64) -> Named {
    Named { slug, name, seed }
}
