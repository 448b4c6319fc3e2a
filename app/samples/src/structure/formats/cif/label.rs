//! Which element a site is of: by its type symbol (`Ti4+`, `O2-`) or by its label (`Fe1`, `OW2`).

use super::{
    super::text::{is_vacancy, shorten},
    number,
};
use crate::structure::{Element, mixed::MAX_OCCUPANCY};

/// What a site is called.
#[derive(Clone, Copy)]
pub(super) enum Code<'a> {
    /// Its type symbol.
    Type(&'a str),
    /// Its label, where it has no type.
    Label(&'a str),
}

impl<'a> Code<'a> {
    pub(super) fn text(self) -> &'a str {
        match self {
            Self::Type(text) | Self::Label(text) => text,
        }
    }

    /// Whether it is called a dummy, which is no atom. Its first letter alone would be deuterium.
    pub(super) fn is_dummy(self) -> bool {
        is_one_of(letters(self.text()), &["du", "dum", "dummy"])
    }
}

/// The elements and occupancies of a type such as `0.75Si + 0.25Al`, as the Pauling File has them. `None` for any other.
/// Of a share of vacancies nothing is left.
pub(super) fn shares_of(code: Code) -> Option<Vec<(Element, f64)>> {
    let Code::Type(text) = code else { return None };
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let share = |term: &str| {
        let (occupancy, symbol) = term.split_at(term.find(|c: char| c.is_ascii_alphabetic())?);
        let occupancy = number(occupancy.trim_end()).filter(|occupancy| (0.0..=MAX_OCCUPANCY).contains(occupancy))?;
        let symbol = letters(symbol);
        let element = if is_vacancy(symbol) { None } else { Some(symbol.parse().ok()?) };
        Some(element.map(|element| (element, occupancy)))
    };
    let shares: Option<Vec<_>> = text.split(" + ").map(share).collect();
    Some(shares?.into_iter().flatten().collect())
}

/// The letters that a text begins with.
fn letters(text: &str) -> &str {
    text.find(|c: char| !c.is_ascii_alphabetic()).map_or(text, |end| &text[..end])
}

fn is_one_of(letters: &str, names: &[&str]) -> bool {
    names.iter().any(|name| letters.eq_ignore_ascii_case(name))
}

/// The element of a site.
pub(super) struct Reading {
    pub(super) element: Element,
    /// What is to be said of it.
    pub(super) note: Option<String>,
}

/// The elements that a block lists in its formula and in its table of types: they decide what a label means.
#[derive(Default)]
pub(super) struct Elements(Vec<Element>);

impl Elements {
    fn add(&mut self, element: Element) {
        if !self.0.contains(&element) {
            self.0.push(element);
        }
    }

    /// A symbol of `_atom_type_symbol`, such as `Fe3+`.
    pub(super) fn add_type(&mut self, symbol: &str) {
        if let Ok(element) = letters(symbol).parse() {
            self.add(element);
        }
    }

    /// A formula such as `C10 H14 Cl1 O2` or `(Sr0.7 Y0.3) Co O2.62`; in capitals (`FE2 O3`) or without the spaces that
    /// belong there (`C2H6O`), too.
    pub(super) fn add_formula(&mut self, formula: &str) {
        for word in formula.split(|c: char| c.is_whitespace() || "()[],".contains(c)) {
            let symbol = letters(word);
            let is_one = !word[symbol.len()..].contains(|c: char| c.is_ascii_alphabetic());
            match symbol.parse() {
                Ok(element) if is_one => self.add(element),
                _ => word.match_indices(|c: char| c.is_ascii_uppercase()).for_each(|(at, _)| {
                    let has_small = word.as_bytes().get(at + 1).is_some_and(u8::is_ascii_lowercase);
                    if let Ok(element) = word[at..at + 1 + usize::from(has_small)].parse() {
                        self.add(element);
                    }
                }),
            }
        }
    }

    /// Whether the block has this element, as far as it says.
    fn allows(&self, element: Element) -> bool {
        self.0.is_empty() || self.0.contains(&element)
    }

    /// Whether a vacancy is meant. `VA` may be vanadium instead: in a label unless the block has none, as a type if it lists
    /// some. So may be the label `Va1` if it does, where the file is refused.
    pub(super) fn is_vacancy(&self, code: Code) -> bool {
        let letters = letters(code.text());
        let lists_vanadium = self.0.iter().any(|element| element.symbol() == "V");
        let is_small = letters.contains(|c: char| c.is_ascii_lowercase());
        let may_be_vanadium = match code {
            _ if letters.len() == 3 => false,
            Code::Type(_) => !is_small && lists_vanadium,
            Code::Label(_) => lists_vanadium || !is_small && self.0.is_empty(),
        };
        is_vacancy(letters) && !may_be_vanadium
    }

    /// `None` if no element is meant.
    ///
    /// Two letters of which the second is small are an element, and so are two capitals if the block lists it (`CL1`,
    /// `FE2`); otherwise the first of two capitals is (`HO1`), unless only both are (`ZN`). Where two letters are no
    /// element the first may be: `Ow` is of water, `Oh` of a hydroxyl group, and AMCSD calls water `Wat`.
    pub(super) fn read(&self, code: Code) -> Option<Reading> {
        let text = code.text();
        let letters = letters(text);
        let is_type = matches!(code, Code::Type(_));
        let names: &[&str] = if is_type { &["wat", "h2o", "d2o"] } else { &["wat"] };
        let is_water = text.get(..3).is_some_and(|start| is_one_of(start, names));
        if is_type
            && !is_water
            && let Ok(element) = letters.parse()
        {
            return Some(Reading { element, note: heavy(element, letters) });
        }
        let one = self.one_letter(if is_water { "O" } else { letters });
        let two = letters.get(..2).and_then(|symbol| symbol.parse().ok());
        let is_small = is_water || letters.as_bytes().get(1).is_some_and(u8::is_ascii_lowercase);
        let element = match (one, two) {
            (_, Some(two)) if is_small || self.0.contains(&two) => two,
            (Some(one), None) if is_small && (!self.allows(one) || is_no_atom(code, letters)) => return None,
            (Some(one), _) => one,
            (None, two) => two?,
        };
        let note = match two {
            _ if is_type => Some(format!("Sites of type `{}` are shown as {element}.", shorten(text))),
            None if is_small => Some(format!("Sites labelled `{}` are shown as {element}.", shorten(letters))),
            Some(two) if element != two && !self.0.contains(&element) => {
                let pair = &letters[..2];
                Some(format!("Labels with `{pair}` may be of {element} or {two}; they are shown as {element}."))
            }
            _ => heavy(element, letters),
        };
        Some(Reading { element, note })
    }

    /// The element of the first letter. `T` is a tetrahedral site of a zeolite, unless it may be tritium.
    fn one_letter(&self, letters: &str) -> Option<Element> {
        let element = letters.get(..1)?.parse().ok()?;
        let is_tritium = letters.len() == 1 && self.allows(element);
        (is_tritium || !letters.starts_with(['T', 't'])).then_some(element)
    }
}

/// Whether letters that begin with an element's symbol mean no atom of it: a vacancy, or for a type an element beyond
/// those known here, which stands for something else.
fn is_no_atom(code: Code, letters: &str) -> bool {
    const HEAVIER: [&str; 9] = ["Db", "Sg", "Bh", "Hs", "Ds", "Cn", "Nh", "Fl", "Og"];
    is_vacancy(letters) || (matches!(code, Code::Type(_)) && is_one_of(letters, &HEAVIER))
}

/// For `D` and `T`, which are shown as hydrogen.
fn heavy(element: Element, letters: &str) -> Option<String> {
    let is_heavy = element.atomic_number() == 1 && letters.starts_with(['D', 'd', 'T', 't']);
    is_heavy.then(|| "Deuterium and tritium are shown as H.".to_owned())
}
