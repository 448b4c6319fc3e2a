//! Crystallographic Information Files: the atoms of every data block, with the symmetry operations applied.
//!
//! Hall, Allen & Brown, Acta Cryst. A47 (1991) 655. Of mmCIF, the Cartesian coordinates of `_atom_site` are read; of
//! magnetic CIF the atoms, not their moments.

mod block;
mod expand;
mod operation;
mod tables;
mod tokens;
mod write;

pub(super) use write::write;

use super::{FormatError, Frames, StructureFormat};
use block::Block;
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
            Some(Token::Tag(tag)) => match tokens.next()? {
                Some(Token::Value(value)) => block.item(tag, value, tokens.line())?,
                _ => return Err(tokens.error(format!("`{}` has no value", super::text::shorten(tag)))),
            },
            Some(Token::Value(value)) => {
                let value = super::text::shorten(value.text);
                return Err(tokens.error(format!("the value `{value}` belongs to no name")));
            }
            Some(Token::Reserved) => {}
        }
    }
    block.finish(frames)
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
        columns.push(block::field_of(tag));
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
        return Err(
            tokens.error(format!("the loop of line {start} ends in the middle of a row: {missing} values are missing"))
        );
    }
    Ok(token)
}
