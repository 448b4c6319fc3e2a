//! Drawn molecules in the files of their field.

use super::Draw;

/// A SMILES file: a molecule a line, and after a tab its number among the draws, from 1. There are no coordinates to
/// write: the draws have none.
pub fn write_smiles(draws: &[Draw]) -> String {
    draws.iter().enumerate().map(|(index, draw)| format!("{}\tdraw {}\n", draw.object, index + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_molecule_and_the_number_of_its_draw() {
        let draw = |object: &str| Draw {
            object: object.to_owned(),
            log_prob: -1.0,
            log_reward: None,
            objectives: vec![],
            path: vec![],
        };
        assert_eq!(write_smiles(&[draw("CCO"), draw("c1ccccc1")]), "CCO\tdraw 1\nc1ccccc1\tdraw 2\n");
    }
}
