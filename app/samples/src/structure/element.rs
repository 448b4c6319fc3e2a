//! Chemical elements H (1) to Lr (103): radii, colours, electronegativities, oxidation states.

use std::{fmt, str::FromStr, sync::LazyLock};

use serde::{Deserialize, Serialize};

use super::StructureError;

/// A chemical element, by atomic number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Element(u8);

/// What is known of an element. Sources: masses and radii as tabulated by ASE (covalent radii Cordero 2008),
/// oxidation states and electronegativities by SMACT, colours by Jmol and VESTA.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ElementFacts {
    /// Symbol, such as `Sr`.
    #[serde(rename = "sym")]
    pub symbol: String,
    /// Unified atomic mass units.
    pub mass: f64,
    /// Å; Cordero 2008.
    #[serde(rename = "r_cov_cordero")]
    pub covalent_radius: f64,
    /// Å.
    #[serde(rename = "r_vdw")]
    pub van_der_waals_radius: Option<f64>,
    /// Common oxidation states, SMACT 4's default table.
    #[serde(rename = "ox", deserialize_with = "null_is_empty")]
    pub oxidation_states: Vec<i8>,
    /// Common oxidation states, SMACT's legacy table of 2014.
    #[serde(rename = "ox_smact14", deserialize_with = "null_is_empty")]
    pub oxidation_states_2014: Vec<i8>,
    /// Pauling's scale.
    #[serde(rename = "chi_pauling")]
    pub electronegativity: Option<f64>,
    /// Counted as a metal by SMACT.
    pub metal: bool,
    /// sRGB.
    #[serde(rename = "jmol")]
    jmol_colour: Option<[u8; 3]>,
    /// sRGB.
    #[serde(rename = "vesta")]
    vesta_colour: Option<[u8; 3]>,
}

impl ElementFacts {
    /// Jmol's colour, sRGB: the convention for molecules. Grey where Jmol has none.
    pub fn jmol_colour(&self) -> [u8; 3] {
        self.jmol_colour.unwrap_or([160; 3])
    }

    /// VESTA's colour, sRGB: the convention for inorganic crystals. Grey where VESTA has none.
    pub fn vesta_colour(&self) -> [u8; 3] {
        self.vesta_colour.unwrap_or([160; 3])
    }
}

fn null_is_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<i8>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

static FACTS: LazyLock<Vec<ElementFacts>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/elements.json"))
        .expect("the table of elements is part of the program")
});

impl Element {
    /// The heaviest element known here: lawrencium.
    pub const MAX: u8 = 103;

    /// The element with this atomic number, 1 to [`Self::MAX`].
    pub const fn new(atomic_number: u8) -> Option<Self> {
        if atomic_number >= 1 && atomic_number <= Self::MAX { Some(Self(atomic_number)) } else { None }
    }

    /// All elements, by atomic number.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=Self::MAX).map(Self)
    }

    /// 1 for hydrogen.
    pub const fn atomic_number(self) -> u8 {
        self.0
    }

    /// Row of the periodic table, 1 to 7.
    pub const fn period(self) -> u8 {
        match self.0 {
            ..=2 => 1,
            3..=10 => 2,
            11..=18 => 3,
            19..=36 => 4,
            37..=54 => 5,
            55..=86 => 6,
            _ => 7,
        }
    }

    /// Column of the periodic table, 1 to 18; 3 for the whole f block.
    pub const fn group(self) -> u8 {
        let z = self.0;
        match z {
            ..=1 => 1,
            2 => 18,
            3..=4 => z - 2,
            5..=10 => z + 8,
            11..=12 => z - 10,
            13..=18 => z,
            19..=36 => z - 18,
            37..=54 => z - 36,
            55..=56 => z - 54,
            57..=71 | 89..=103 => 3,
            72..=86 => z - 68,
            _ => z - 86,
        }
    }

    /// What is known of it.
    pub fn facts(self) -> &'static ElementFacts {
        &FACTS[usize::from(self.0) - 1]
    }

    /// Such as `Sr`.
    pub fn symbol(self) -> &'static str {
        &self.facts().symbol
    }
}

impl FromStr for Element {
    type Err = StructureError;

    /// Reads a symbol in any case; `D` and `T` are hydrogen.
    fn from_str(symbol: &str) -> Result<Self, StructureError> {
        symbol_index(symbol.as_bytes())
            .and_then(|index| Self::new(BY_SYMBOL[index]))
            .ok_or_else(|| StructureError::UnknownElement(symbol.chars().take(20).collect()))
    }
}

/// Atomic number by [`symbol_index`], 0 where there is no element: a file of a million atoms asks a million times.
static BY_SYMBOL: LazyLock<[u8; 26 * 27]> = LazyLock::new(|| {
    let mut numbers = [0; 26 * 27];
    let symbols = Element::all().map(|element| (element.symbol(), element.0));
    for (symbol, number) in symbols.chain([("D", 1), ("T", 1)]) {
        let index = symbol_index(symbol.as_bytes()).expect("symbols have one or two letters");
        numbers[index] = number;
    }
    numbers
});

/// One or two letters in any case as a number.
fn symbol_index(symbol: &[u8]) -> Option<usize> {
    let letter = |byte: u8| byte.is_ascii_alphabetic().then(|| usize::from(byte.to_ascii_lowercase() - b'a'));
    match *symbol {
        [first] => Some(letter(first)? * 27),
        [first, second] => Some(letter(first)? * 27 + 1 + letter(second)?),
        _ => None,
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

impl From<Element> for String {
    fn from(element: Element) -> Self {
        element.symbol().to_owned()
    }
}

impl TryFrom<String> for Element {
    type Error = StructureError;

    fn try_from(symbol: String) -> Result<Self, StructureError> {
        symbol.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::Element;

    #[test]
    fn every_element_has_its_place_in_the_periodic_table() {
        let place = |symbol: &str| {
            let element: Element = symbol.parse().unwrap();
            (element.period(), element.group())
        };
        for (symbol, period, group) in [
            ("H", 1, 1),
            ("He", 1, 18),
            ("Be", 2, 2),
            ("B", 2, 13),
            ("Ne", 2, 18),
            ("Mg", 3, 2),
            ("Al", 3, 13),
            ("K", 4, 1),
            ("Sc", 4, 3),
            ("Kr", 4, 18),
            ("Ag", 5, 11),
            ("Ba", 6, 2),
            ("La", 6, 3),
            ("Lu", 6, 3),
            ("Hf", 6, 4),
            ("Rn", 6, 18),
            ("Ra", 7, 2),
            ("U", 7, 3),
            ("Lr", 7, 3),
        ] {
            assert_eq!(place(symbol), (period, group), "{symbol}");
        }
    }
}
