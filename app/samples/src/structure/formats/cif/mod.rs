//! Crystallographic Information Files: the atoms of every data block, with the symmetry operations applied.
//!
//! Hall, Allen & Brown, Acta Cryst. A47 (1991) 655; version 2.0: Bernstein et al., J. Appl. Cryst. 49 (2016) 277, of
//! whose lists and tables nothing is read. Of mmCIF, the Cartesian coordinates of `_atom_site` are read; of
//! magnetic CIF the atoms, not their moments.

mod block;
mod expand;
mod field;
mod label;
mod operation;
mod symmetry;
mod tables;
mod tokens;
mod write;

pub(super) use write::write;

use super::{FormatError, Frames, StructureFormat, text::finite};
use block::Block;
use field::field_of;
use tokens::{Token, Tokens};

const FORMAT: StructureFormat = StructureFormat::Cif;

/// Columns that a loop may have.
const MAX_COLUMNS: usize = 1_000;

pub(super) fn read(text: &str, frames: &mut Frames) -> Result<(), FormatError> {
    let mut tokens = Tokens::new(text);
    let mut block = Block::new("", 1);
    // A token that ended a loop without belonging to it.
    let mut pending = None;
    loop {
        let token = match pending.take() {
            Some(token) => Some(token),
            None => tokens.next()?,
        };
        match token {
            None => break,
            Some(Token::Data(name)) => {
                let finished = std::mem::replace(&mut block, Block::new(name, tokens.line()));
                finished.finish(frames)?;
            }
            Some(Token::Loop) => pending = read_loop(&mut tokens, &mut block)?,
            Some(Token::Tag(tag)) => {
                let line = tokens.line();
                match tokens.next()? {
                    Some(Token::Value(value)) => block.item(tag, value, tokens.line())?,
                    other => {
                        block.lonely_name(tag, line)?;
                        pending = other;
                    }
                }
            }
            Some(Token::Value(value)) => block.lonely_value(value, tokens.line())?,
            Some(Token::Reserved) => {}
        }
    }
    block.finish(frames)?;
    if let Some(line) = tokens.open_quote() {
        frames.note(format!("The quote on line {line} is not closed; it is taken to end with the line."));
    }
    Ok(())
}

/// Reads a loop; gives back the token after it.
fn read_loop<'a>(tokens: &mut Tokens<'a>, block: &mut Block<'a>) -> Result<Option<Token<'a>>, FormatError> {
    let start = tokens.line();
    let mut columns = Vec::new();
    let mut token = tokens.next()?;
    while let Some(Token::Tag(tag)) = token {
        if columns.len() == MAX_COLUMNS {
            return Err(tokens.error(format!("a loop has more than {MAX_COLUMNS} columns")));
        }
        columns.push(field_of(tag));
        token = tokens.next()?;
    }
    if columns.is_empty() {
        return Err(FormatError::at(FORMAT, start, "the loop names nothing"));
    }
    let mut column = 0;
    while let Some(Token::Value(value)) = token {
        if let Some(field) = columns[column] {
            block.set(field, value, tokens.line())?;
        }
        column += 1;
        if column == columns.len() {
            column = 0;
            block.end_row(tokens.line())?;
        }
        token = tokens.next()?;
    }
    if column != 0 {
        let missing = columns.len() - column;
        let what = format!("the loop of line {start} ends in the middle of a row: {missing} values are missing");
        // What is not read need not be whole.
        if columns.iter().flatten().any(|field| !field.is_hint()) {
            return Err(tokens.error(what));
        }
        block.note(&format!("{}.", what.replacen('t', "T", 1)));
    }
    Ok(token)
}

/// A number with its standard uncertainty in brackets, `9.143(2)`.
fn number(text: &str) -> Option<f64> {
    let (value, uncertainty) = text.split_once('(').map_or((text, None), |(value, rest)| (value, Some(rest)));
    let is_sound = uncertainty.is_none_or(|rest| {
        let digits = rest.strip_suffix(')').unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    finite(value).filter(|_| is_sound)
}
