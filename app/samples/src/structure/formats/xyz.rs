//! XYZ: a count, a comment, a line per atom; frames one after another. A comment with `Lattice=` makes it extended.

use std::fmt::Write;

use super::{
    FormatError, Frames, StructureFormat,
    extended_xyz::{Columns, Comment},
    text::{Lines, VACANCIES, is_vacancy, one_line, shorten},
};
use crate::structure::{AtomVectors, Crystal, Element, Frame, MAX_ATOMS, Molecule, Structure};

pub(super) fn read(text: &str, frames: &mut Frames) -> Result<(), FormatError> {
    let format = frames.file.format;
    let mut lines = Lines::new(format, text);
    while let Some((line, follows_blank)) = next_content(&mut lines)? {
        let field = line.split_whitespace().next();
        // Some programs tell more after the atoms.
        if follows_blank && !frames.is_empty() && field.is_none_or(|field| field.parse::<usize>().is_err()) {
            frames.note(format!("What follows the atoms, from line {} on, was left out.", lines.number()));
            break;
        }
        let count = lines.count(field, "the number of atoms")?;
        if count > MAX_ATOMS {
            return Err(lines.error(format!("{count} atoms are announced; at most {MAX_ATOMS} are read")));
        }
        let comment = lines.expect("the comment")?;
        let header = lines.number();
        let comment = Comment::read(comment, &lines)?;
        // An atom takes at least eight bytes: what is announced beyond that is not reserved.
        let capacity = count.min(lines.remaining().len() / 8 + 1);
        let mut elements = Vec::with_capacity(capacity);
        let mut positions = Vec::with_capacity(capacity);
        let mut vectors = comment.columns.vector.map(|_| Vec::with_capacity(capacity));
        for atom in 0..count {
            let line = lines.expect("an atom")?;
            let (element, position) = read_atom(&lines, line, &comment.columns)
                .map_err(|error| if line.trim().is_empty() { short_frame(&lines, atom, count) } else { error })?;
            let Some(element) = element else {
                frames.note(VACANCIES.to_owned());
                continue;
            };
            elements.push(element);
            positions.push(position);
            vectors = vectors.zip(read_vector(line, &comment.columns)).map(|(mut vectors, vector)| {
                vectors.push(vector);
                vectors
            });
        }
        let name = comment.columns.vector.map(|(name, _)| shorten(name));
        if let (Some(name), None) = (&name, &vectors) {
            frames.note(format!("The column `{name}` is not of numbers everywhere and was left out."));
        }
        let wrong = FormatError::structure(format, header);
        let structure = match comment.lattice {
            Some(lattice) => {
                let coordinates = positions.into_iter().map(|position| lattice.to_fractional(position)).collect();
                Structure::Crystal(Crystal::new(lattice, elements, coordinates).map_err(wrong)?)
            }
            None => Structure::Molecule(Molecule::new(elements, positions).map_err(wrong)?),
        };
        comment.notes.iter().for_each(|note| frames.note((*note).to_owned()));
        let vectors = name.zip(vectors).map(|(name, values)| AtomVectors { name, values });
        frames.push_frame(Frame { vectors, ..Frame::new(structure, comment.label) }, lines.number())?;
    }
    Ok(())
}

/// The next line that is not blank, and whether it follows one that is.
fn next_content<'a>(lines: &mut Lines<'a>) -> Result<Option<(&'a str, bool)>, FormatError> {
    let mut follows_blank = false;
    while let Some(line) = lines.next()? {
        if !line.trim().is_empty() {
            return Ok(Some((line, follows_blank)));
        }
        follows_blank = true;
    }
    Ok(None)
}

fn short_frame(lines: &Lines<'_>, atom: usize, count: usize) -> FormatError {
    lines.error(format!("the frame ends after {atom} of {count} atoms"))
}

/// An atom with its position; no element is a vacancy's.
fn read_atom(lines: &Lines<'_>, line: &str, columns: &Columns<'_>) -> Result<(Option<Element>, [f64; 3]), FormatError> {
    let mut fields = line.split_whitespace();
    let symbol = fields.clone().nth(columns.species).ok_or_else(|| lines.error("the element is missing"))?;
    let element = match symbol.parse::<u8>() {
        Ok(number) => Some(
            Element::new(number)
                .ok_or_else(|| lines.error(format!("{number} is not an atomic number (1 to {})", Element::MAX)))?,
        ),
        Err(_) if is_vacancy(symbol) => None,
        Err(_) => Some(lines.element(symbol)?),
    };
    if let Some(skipped) = columns.position.checked_sub(1) {
        fields.nth(skipped).ok_or_else(|| lines.error(format!("`{}` has no coordinates", shorten(line))))?;
    }
    Ok((element, lines.position(&mut fields)?))
}

/// The vector besides the position; `None` if its numbers are none.
fn read_vector(line: &str, columns: &Columns<'_>) -> Option<[f32; 3]> {
    let mut fields = line.split_whitespace().skip(columns.vector?.1);
    let mut component = || fields.next()?.parse().ok().filter(|x: &f32| x.is_finite());
    Some([component()?, component()?, component()?])
}

pub(super) fn write<'a>(frames: impl Iterator<Item = (&'a Structure, &'a str)>) -> Result<Vec<u8>, FormatError> {
    let mut out = String::new();
    for (structure, label) in frames {
        let Structure::Molecule(molecule) = structure else {
            let what = "a cell; extended XYZ does".to_owned();
            return Err(FormatError::CannotCarry { format: StructureFormat::Xyz, what });
        };
        // `=` would make the comment look like extended XYZ.
        let comment = one_line(label, 200).replace('=', ":");
        let _ = writeln!(out, "{}\n{comment}", molecule.elements().len());
        write_atoms(&mut out, molecule.elements(), molecule.positions(), None);
    }
    Ok(out.into_bytes())
}

/// With a vector of every atom, or none at all.
pub(super) fn write_atoms(
    out: &mut String,
    elements: &[Element],
    positions: &[[f64; 3]],
    vectors: Option<&[[f32; 3]]>,
) {
    let mut vectors = vectors.into_iter().flatten();
    for (element, [x, y, z]) in elements.iter().zip(positions) {
        // A String takes whatever is written to it.
        let _ = write!(out, "{:<2} {x:16.10} {y:16.10} {z:16.10}", element.symbol());
        for component in vectors.next().into_iter().flatten() {
            // All digits that make a difference.
            let _ = write!(out, " {component:15e}");
        }
        out.push('\n');
    }
}
