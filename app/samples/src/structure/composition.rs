//! Which elements, how many atoms of each: chemical formulas read and written.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Element, MAX_ATOMS};

/// Characters that a formula may have.
const MAX_LENGTH: usize = 1_000;

/// Brackets that may lie in one another.
const MAX_DEPTH: usize = 8;

/// Elements with their counts, by atomic number. Counts are never 0.
///
/// As text, and in JSON, it is its formula in order of electronegativity, such as `SrTiO3`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Composition(Vec<(Element, u32)>);

impl Composition {
    /// Counts the elements of atoms.
    pub fn of(elements: &[Element]) -> Self {
        let mut counts = [0_u32; Element::MAX as usize + 1];
        for element in elements {
            let count = &mut counts[usize::from(element.atomic_number())];
            *count = count.saturating_add(1);
        }
        Self(Element::all().zip(&counts[1..]).filter(|&(_, &n)| n > 0).map(|(element, &n)| (element, n)).collect())
    }

    /// Elements with their counts, by atomic number.
    pub fn counts(&self) -> &[(Element, u32)] {
        &self.0
    }

    /// Atoms in all.
    pub fn atoms(&self) -> usize {
        self.0.iter().map(|&(_, n)| n as usize).sum()
    }

    /// One element per atom, by atomic number.
    pub fn elements(&self) -> Vec<Element> {
        self.0.iter().flat_map(|&(element, n)| std::iter::repeat_n(element, n as usize)).collect()
    }

    /// In unified atomic mass units.
    pub fn mass(&self) -> f64 {
        self.0.iter().map(|&(element, n)| element.facts().mass * f64::from(n)).sum()
    }

    /// Counts over their greatest common divisor, and that divisor: the formula units in a cell (1 if empty).
    pub fn reduced(&self) -> (Self, u32) {
        let divisor = self.0.iter().fold(0, |divisor, &(_, n)| greatest_common_divisor(divisor, n)).max(1);
        (Self(self.0.iter().map(|&(element, n)| (element, n / divisor)).collect()), divisor)
    }

    /// Elements from the least to the most electronegative (Pauling), those without a value last: the convention for
    /// crystals, `SrTiO3`.
    pub fn electronegativity_formula(&self) -> String {
        let mut counts = self.0.clone();
        let key = |element: Element| element.facts().electronegativity.unwrap_or(f64::INFINITY);
        counts.sort_by(|a, b| key(a.0).total_cmp(&key(b.0)));
        join(&counts)
    }

    /// Carbon, hydrogen, then by symbol; all by symbol where there is no carbon: Hill's order (1900), the convention
    /// for molecules, `C2H6O`.
    pub fn hill_formula(&self) -> String {
        let mut counts = self.0.clone();
        let has_carbon = counts.iter().any(|(element, _)| element.symbol() == "C");
        counts.sort_by_key(|&(element, _)| match element.symbol() {
            "C" => (0, "C"),
            "H" if has_carbon => (1, "H"),
            symbol => (2, symbol),
        });
        join(&counts)
    }
}

fn join(counts: &[(Element, u32)]) -> String {
    let term = |&(element, n): &(Element, u32)| if n == 1 { element.to_string() } else { format!("{element}{n}") };
    counts.iter().map(term).collect()
}

fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl fmt::Display for Composition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.electronegativity_formula())
    }
}

impl From<Composition> for String {
    fn from(composition: Composition) -> Self {
        composition.to_string()
    }
}

impl TryFrom<String> for Composition {
    type Error = FormulaError;

    fn try_from(formula: String) -> Result<Self, FormulaError> {
        formula.parse()
    }
}

/// Why a text is not a chemical formula. Places count characters from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormulaError {
    /// Nothing was written.
    #[error("the formula is empty")]
    Empty,
    /// More than a thousand characters.
    #[error("a formula has at most {MAX_LENGTH} characters")]
    TooLong,
    /// Not an element, a number or a bracket.
    #[error("character {place}: `{found}` does not belong in a formula")]
    Unexpected {
        /// Where.
        place: usize,
        /// What.
        found: char,
    },
    /// A capital letter that begins no element.
    #[error("character {place}: `{symbol}` is not a chemical element (H to Lr)")]
    UnknownElement {
        /// Where.
        place: usize,
        /// What.
        symbol: String,
    },
    /// A bracket without its partner.
    #[error("character {place}: this bracket has no partner")]
    Bracket {
        /// Where.
        place: usize,
    },
    /// Brackets too deep.
    #[error("character {place}: brackets lie more than {MAX_DEPTH} deep")]
    TooDeep {
        /// Where.
        place: usize,
    },
    /// Zero or a fraction.
    #[error("character {place}: counts are whole numbers from 1")]
    Count {
        /// Where.
        place: usize,
    },
    /// More than [`MAX_ATOMS`].
    #[error("the formula has more than {MAX_ATOMS} atoms")]
    TooManyAtoms,
}

impl FromStr for Composition {
    type Err = FormulaError;

    /// Reads `SrTiO3`, `Ca(OH)2`, `K4[Fe(CN)6]`, `CuSO4·5H2O`; subscripts (`₃`) and spaces between terms are welcome.
    fn from_str(formula: &str) -> Result<Self, FormulaError> {
        if formula.len() > 4 * MAX_LENGTH || formula.chars().nth(MAX_LENGTH).is_some() {
            return Err(FormulaError::TooLong);
        }
        let characters: Vec<char> = formula.chars().map(plain_digit).collect();
        Reader { characters: &characters, next: 0 }.read()
    }
}

/// `₃` → `3`.
fn plain_digit(character: char) -> char {
    match character {
        '₀'..='₉' => char::from_digit(character as u32 - '₀' as u32, 10).unwrap_or(character),
        _ => character,
    }
}

/// What an open bracket waits for.
struct Group {
    place: usize,
    closing: char,
    counts: BTreeMap<Element, u64>,
}

struct Reader<'a> {
    characters: &'a [char],
    next: usize,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Composition, FormulaError> {
        let mut total = BTreeMap::new();
        // A part of an adduct, `5H2O`, with its multiplier and the brackets open in it.
        let mut multiplier = self.count()?;
        let mut part = BTreeMap::new();
        let mut open: Vec<Group> = Vec::new();
        while let Some(&character) = self.characters.get(self.next) {
            self.next += 1;
            let place = self.next;
            match character {
                'A'..='Z' => {
                    let element = self.element(character)?;
                    let count = self.count()?;
                    let counts = open.last_mut().map_or(&mut part, |group| &mut group.counts);
                    add(counts, element, count)?;
                }
                '(' | '[' | '{' => {
                    if open.len() == MAX_DEPTH {
                        return Err(FormulaError::TooDeep { place });
                    }
                    let closing = if character == '(' { ')' } else { char::from(character as u8 + 2) };
                    open.push(Group { place, closing, counts: BTreeMap::new() });
                }
                ')' | ']' | '}' => {
                    let group =
                        open.pop_if(|group| group.closing == character).ok_or(FormulaError::Bracket { place })?;
                    let count = self.count()?;
                    let outer = open.last_mut().map_or(&mut part, |group| &mut group.counts);
                    merge(outer, &group.counts, count)?;
                }
                '·' | '•' | '⋅' | '*' if open.is_empty() && !part.is_empty() => {
                    merge(&mut total, &part, multiplier)?;
                    part.clear();
                    self.skip_spaces();
                    multiplier = self.count()?;
                }
                ' ' | '\t' | '_' => {}
                found => return Err(FormulaError::Unexpected { place, found }),
            }
        }
        if let Some(group) = open.first() {
            return Err(FormulaError::Bracket { place: group.place });
        }
        if part.is_empty() {
            return Err(FormulaError::Empty);
        }
        merge(&mut total, &part, multiplier)?;
        let atoms: u64 = total.values().sum();
        if atoms > MAX_ATOMS as u64 {
            return Err(FormulaError::TooManyAtoms);
        }
        let counts = total.into_iter().map(|(element, n)| Ok((element, u32::try_from(n)?)));
        counts
            .collect::<Result<_, std::num::TryFromIntError>>()
            .map(Composition)
            .map_err(|_| FormulaError::TooManyAtoms)
    }

    fn skip_spaces(&mut self) {
        while matches!(self.characters.get(self.next), Some(' ')) {
            self.next += 1;
        }
    }

    /// The element whose first letter was just read: two letters if they make one, otherwise one.
    fn element(&mut self, first: char) -> Result<Element, FormulaError> {
        let place = self.next;
        if let Some(&second) = self.characters.get(self.next).filter(|second| second.is_ascii_lowercase()) {
            self.next += 1;
            let symbol: String = [first, second].iter().collect();
            return symbol.parse().map_err(|_| FormulaError::UnknownElement { place, symbol });
        }
        let symbol = first.to_string();
        symbol.parse().map_err(|_| FormulaError::UnknownElement { place, symbol })
    }

    /// The count written next, 1 if there is none.
    fn count(&mut self) -> Result<u64, FormulaError> {
        let place = self.next + 1;
        let mut count: u64 = 0;
        while let Some(digit) = self.characters.get(self.next).and_then(|c| c.to_digit(10)) {
            self.next += 1;
            count = count * 10 + u64::from(digit);
            if count > MAX_ATOMS as u64 {
                return Err(FormulaError::TooManyAtoms);
            }
        }
        let written = self.next + 1 > place;
        if matches!(self.characters.get(self.next), Some('.' | ',' | '/')) || (written && count == 0) {
            return Err(FormulaError::Count { place });
        }
        Ok(if written { count } else { 1 })
    }
}

fn add(counts: &mut BTreeMap<Element, u64>, element: Element, n: u64) -> Result<(), FormulaError> {
    let count = counts.entry(element).or_insert(0);
    *count += n;
    if *count > MAX_ATOMS as u64 { Err(FormulaError::TooManyAtoms) } else { Ok(()) }
}

/// Adds `n` times `inner`. Counts never exceed [`MAX_ATOMS`], so their product fits.
fn merge(outer: &mut BTreeMap<Element, u64>, inner: &BTreeMap<Element, u64>, n: u64) -> Result<(), FormulaError> {
    inner.iter().try_for_each(|(&element, &count)| add(outer, element, count * n))
}
