//! Draws and the race as CSV.

use samples::objects::Draw;

use crate::state::contest::Contest;

/// One draw a line. Paths are left to the JSON lines: their length differs.
pub fn draws(draws: &[Draw]) -> String {
    let objectives = draws.iter().map(|draw| draw.objectives.len()).max().unwrap_or(0);
    let mut text = String::from("object,log_prob,log_reward");
    (1..=objectives).for_each(|n| text.push_str(&format!(",objective_{n}")));
    text.push('\n');
    for draw in draws {
        text.push_str(&format!("{},{},{}", cell(&draw.object), draw.log_prob, number(draw.log_reward)));
        (0..objectives).for_each(|n| text.push_str(&format!(",{}", number(draw.objectives.get(n).copied()))));
        text.push('\n');
    }
    text
}

/// One line for every step, learner and measure that is known. Where a learner learnt several times, the value is a mean,
/// and the least and the greatest stand beside it.
pub fn race(contest: &Contest) -> String {
    let mut text = String::from("step,learner,measure,value,least,greatest,exact\n");
    for moment in &contest.history {
        for (index, (learner, values)) in contest.learners().iter().zip(&moment.values).enumerate() {
            let ranges = moment.ranges.get(index).map_or(&[][..], Vec::as_slice);
            for (number_of, (measure, value)) in contest.measures().iter().zip(values).enumerate() {
                let Some(value) = value else { continue };
                let range = ranges.get(number_of).copied().flatten();
                text.push_str(&format!(
                    "{},{},{},{value},{},{},{}\n",
                    moment.step,
                    cell(&learner.name),
                    cell(&measure.name),
                    number(range.map(|[least, _]| least)),
                    number(range.map(|[_, greatest]| greatest)),
                    number(measure.exact)
                ));
            }
        }
    }
    text
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A text as a field: in quotes where it must be. One that a spreadsheet would take for a formula begins with a quote.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{contest::tests::learning, draws::tests::draw};

    #[test]
    fn objects_with_commas_stay_one_field() {
        let text = draws(&[draw("3,5", -1.5, Some(0.25)), draw("a\"b", -2.0, None)]);
        assert_eq!(text, "object,log_prob,log_reward\n\"3,5\",-1.5,0.25\n\"a\"\"b\",-2,\n");
    }

    #[test]
    fn every_objective_has_its_column() {
        let mut with = draw("x", -1.0, None);
        with.objectives = vec![0.5, 1.0];
        let text = draws(&[draw("y", -1.0, None), with]);
        assert!(text.lines().all(|line| line.split(',').count() == 5), "{text}");
    }

    #[test]
    fn a_spreadsheet_does_not_compute_an_object() {
        assert_eq!(cell("=1+2"), "'=1+2");
        assert_eq!(cell("ACGT"), "ACGT");
    }

    #[test]
    fn the_race_is_one_line_a_number() {
        let mut contest = Contest::default();
        contest.grow(learning(0, 1.0));
        let mut several = learning(10, 2.5);
        several.learners[0].ranges = vec![Some([2.0, 3.5])];
        contest.grow(several);
        let lines =
            ["step,learner,measure,value,least,greatest,exact", "0,TB,log_z,1,,,3", "10,TB,log_z,2.5,2,3.5,3", ""];
        assert_eq!(race(&contest), lines.join("\n"));
    }
}
