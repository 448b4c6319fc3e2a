//! Drawn molecules as an SD file (MDL, V2000).

use samples::objects::Draw;

/// One record for each draw with its molfile: the atoms, then SMILES, `ln P` and `ln R` as data items.
pub fn sd_file<'a>(records: impl IntoIterator<Item = (&'a Draw, &'a str)>) -> String {
    let mut text = String::new();
    for (draw, molfile) in records {
        text.push_str(molfile.trim_end_matches(['\n', '\r']));
        text.push('\n');
        let items = [
            ("SMILES", Some(draw.object.clone())),
            ("log_prob", Some(draw.log_prob.to_string())),
            ("log_reward", draw.log_reward.map(|log_reward| log_reward.to_string())),
        ];
        for (name, value) in items.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            text.push_str(&format!("> <{name}>\n{value}\n\n"));
        }
        text.push_str("$$$$\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::draws::tests::draw;

    #[test]
    fn a_record_ends_its_atoms_and_carries_its_numbers() {
        let text = sd_file([
            (&draw("CO", -2.5, Some(-0.5)), "\n\n\n  2  1\nM  END\n\n"),
            (&draw("C", -1.0, None), "\nM  END"),
        ]);
        let first = "\n\n\n  2  1\nM  END\n> <SMILES>\nCO\n\n> <log_prob>\n-2.5\n\n> <log_reward>\n-0.5\n\n$$$$\n";
        assert_eq!(text, format!("{first}\nM  END\n> <SMILES>\nC\n\n> <log_prob>\n-1\n\n$$$$\n"));
    }
}
