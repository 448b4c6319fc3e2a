//! VASP 5's POSCAR: comment, scale, three cell vectors, symbols, counts, direct or Cartesian coordinates.
//!
//! <https://vasp.at/wiki/POSCAR>

use std::fmt::Write;

use super::{
    FormatError, Frames, StructureFormat,
    text::{Lines, VACANCIES, finite, is_vacancy, one_line, shorten},
};
use crate::structure::{Composition, Crystal, Element, Lattice, MAX_ATOMS, Structure};

const FORMAT: StructureFormat = StructureFormat::Poscar;

/// Kinds of atom that a file may list.
const MAX_KINDS: usize = 1_000;

pub(super) fn read(text: &str, frames: &mut Frames) -> Result<(), FormatError> {
    let mut lines = Lines::new(FORMAT, text);
    let comment = lines.expect("the comment")?;
    let scale = read_scale(&mut lines)?;
    let cell_line = lines.number() + 1;
    let mut rows = [[0.0; 3]; 3];
    for row in &mut rows {
        let fields = lines.expect("a cell vector")?;
        *row = lines.vector(&mut fields.split_whitespace(), "a component of a cell vector")?;
    }
    let scale = scale.factors(&rows);
    for row in &mut rows {
        for (x, factor) in row.iter_mut().zip(&scale) {
            *x *= factor;
        }
    }
    let lattice = Lattice::new(rows).map_err(FormatError::structure(FORMAT, cell_line))?;
    let sites = read_sites(&mut lines, frames)?;

    let mut mode = lines.expect("`Direct` or `Cartesian`")?.trim_start();
    if mode.starts_with(['S', 's']) {
        mode = lines.expect("`Direct` or `Cartesian`")?.trim_start();
        frames.note("Selective dynamics: which atoms were held is not kept.".to_owned());
    }
    let is_cartesian = match mode.as_bytes().first() {
        Some(b'C' | b'c' | b'K' | b'k') => true,
        // VASP takes any other word for `Direct`.
        Some(first) if first.is_ascii_alphabetic() => false,
        _ => return Err(lines.error(format!("`{}` is neither Direct nor Cartesian", shorten(mode)))),
    };
    let mut coordinates = Vec::with_capacity(sites.len().min(lines.remaining().len() / 6 + 1));
    for site in &sites {
        let fields = lines.expect("an atom's coordinates")?;
        let mut fields = fields.split_whitespace();
        let place = if is_cartesian {
            let position = lines.position(&mut fields)?;
            lattice.to_fractional(std::array::from_fn(|axis| position[axis] * scale[axis]))
        } else {
            lines.vector(&mut fields, "a fractional coordinate")?
        };
        coordinates.extend(site.map(|_| place));
    }
    let elements = sites.into_iter().flatten().collect();
    let crystal = Crystal::new(lattice, elements, coordinates).map_err(FormatError::structure(FORMAT, cell_line))?;
    frames.push(Structure::Crystal(crystal), comment, lines.number())
}

/// The second line.
enum Scale {
    /// Times what the file says, in x, y and z.
    Factors([f64; 3]),
    /// So that the cell has this volume, Å³: written as a negative number.
    Volume(f64),
}

impl Scale {
    fn factors(&self, rows: &[[f64; 3]; 3]) -> [f64; 3] {
        match self {
            Self::Factors(factors) => *factors,
            Self::Volume(volume) => {
                let [a, b, c] = rows;
                let unscaled = crate::structure::crystal::dot(a, &crate::structure::crystal::cross(b, c)).abs();
                [(volume / unscaled).cbrt(); 3]
            }
        }
    }
}

fn read_scale(lines: &mut Lines<'_>) -> Result<Scale, FormatError> {
    let fields = lines.expect("the scale")?;
    let values: Vec<f64> = fields.split_whitespace().map_while(finite).take(3).collect();
    match values[..] {
        [x, y, z] if x > 0.0 && y > 0.0 && z > 0.0 => Ok(Scale::Factors([x, y, z])),
        [scale] | [scale, _] if scale > 0.0 => Ok(Scale::Factors([scale; 3])),
        [volume] | [volume, _] if volume < 0.0 => Ok(Scale::Volume(-volume)),
        [] => Err(lines.error(format!("the scale is `{}`, not a number", shorten(fields.trim())))),
        _ => Err(lines.error("the scale is zero, or one of three scales is not positive")),
    }
}

/// Symbols and counts as one element per site, none of a vacancy. Nothing is reserved before the counts are known to be
/// within bounds.
fn read_sites(lines: &mut Lines<'_>, frames: &mut Frames) -> Result<Vec<Option<Element>>, FormatError> {
    let symbols = lines.expect("the element symbols")?;
    if symbols.split_whitespace().next().is_some_and(|field| field.parse::<u64>().is_ok()) {
        return Err(lines.error(
            "counts without element symbols, as VASP 4 wrote them: insert a line with the symbols above the counts",
        ));
    }
    // Potentials are named `Ti_pv` or `Ti/5a3b…`: the element stands before.
    let symbols = symbols.split_whitespace().map(|symbol| symbol.split(['_', '/', '.']).next().unwrap_or(symbol));
    let symbols: Vec<&str> = symbols.take(MAX_KINDS + 1).collect();
    let kind = |symbol: &&str| if is_vacancy(symbol) { Ok(None) } else { lines.element(symbol).map(Some) };
    let kinds: Vec<Option<Element>> = symbols.iter().map(kind).collect::<Result<_, _>>()?;
    if kinds.contains(&None) {
        frames.note(VACANCIES.to_owned());
    }
    if symbols.iter().any(|symbol| matches!(*symbol, "D" | "T")) {
        frames.note("Deuterium and tritium are shown as H.".to_owned());
    }
    if kinds.is_empty() || kinds.len() > MAX_KINDS {
        return Err(lines.error(format!("one to {MAX_KINDS} element symbols were expected")));
    }
    let counts = lines.expect("the counts of atoms")?;
    let mut fields = counts.split_whitespace();
    let mut total = 0_usize;
    let mut counts = Vec::with_capacity(kinds.len());
    for _ in &kinds {
        let count = lines.count(fields.next(), "a count of atoms")?;
        total = total.saturating_add(count);
        if total > MAX_ATOMS {
            return Err(lines.error(format!("more than {MAX_ATOMS} atoms are announced")));
        }
        counts.push(count);
    }
    if fields.next().is_some_and(|field| field.parse::<u64>().is_ok()) {
        return Err(lines.error("there are more counts than element symbols"));
    }
    Ok(kinds.iter().zip(counts).flat_map(|(&kind, count)| std::iter::repeat_n(kind, count)).collect())
}

/// Atoms are grouped by element, in the order in which the elements first appear.
pub(super) fn write(structure: &Structure) -> Result<Vec<u8>, FormatError> {
    let Structure::Crystal(crystal) = structure else {
        return Err(FormatError::CannotCarry { format: FORMAT, what: "a molecule, which has no cell".to_owned() });
    };
    if crystal.elements().is_empty() {
        return Err(FormatError::CannotCarry { format: FORMAT, what: "a cell without atoms".to_owned() });
    }
    let mut kinds: Vec<(Element, Vec<usize>)> = Vec::new();
    for (atom, &element) in crystal.elements().iter().enumerate() {
        match kinds.iter_mut().find(|(kind, _)| *kind == element) {
            Some((_, atoms)) => atoms.push(atom),
            None => kinds.push((element, vec![atom])),
        }
    }
    let mut out = one_line(&Composition::of(crystal.elements()).reduced().0.to_string(), 100);
    out.push_str("\n1.0\n");
    let mut line = |[x, y, z]: [f64; 3]| {
        // A String takes whatever is written to it.
        let _ = writeln!(out, "{x:20.12} {y:20.12} {z:20.12}");
    };
    crystal.lattice().rows().iter().for_each(|&row| line(row));
    let join = |fields: Vec<String>| fields.join(" ");
    let symbols = join(kinds.iter().map(|(element, _)| element.to_string()).collect());
    let counts = join(kinds.iter().map(|(_, atoms)| atoms.len().to_string()).collect());
    out.push_str(&format!("{symbols}\n{counts}\nDirect\n"));
    for &atom in kinds.iter().flat_map(|(_, atoms)| atoms) {
        let [x, y, z] = crystal.fractional_coordinates()[atom];
        let _ = writeln!(out, "{x:18.14} {y:18.14} {z:18.14}");
    }
    Ok(out.into_bytes())
}
