//! What objects are worth: what a visitor chose, painted or brought along.

use catalog::systems::oc_gfn::{FACTORS, RewardKind, SampleParameters};

use super::{Space, space::Rules};
use crate::{
    ModelError,
    gflownet::environment::{GridReward, Indexed, Shaping, TableReward, read_rewards, reward_table::min_max},
    weights::Array,
};

/// `R(x) = 10·(v/max)^β` for min–max scaled binding scores v, as in the benchmarks (spec §5.2).
const BINDING: Shaping = Shaping { floor: 1e-3, exponent: 3.0, maximum: 10.0 };
/// Least reward of the drawn shapes.
const DARK: f64 = 1e-2;

/// The reward that a request asks for.
///
/// # Errors
/// If it is none.
pub fn of(space: &Space, parameters: &SampleParameters, scores: &[Array]) -> Result<TableReward, ModelError> {
    let field = |name: &str, error: String| ModelError::Parameters(format!("parameters.{name}: {error}"));
    let indexed = space.indexed();
    let from_values = |name: &'static str, values: &[f64]| {
        TableReward::new(indexed.clone(), values).map_err(|error| field(name, error.to_string()))
    };
    match (parameters.reward, &space.rules) {
        (RewardKind::Table, _) => {
            let values = read_rewards(parameters.table.as_bytes(), &*indexed)
                .map_err(|error| field("table", error.to_string()))?;
            from_values("table", &values)
        }
        (RewardKind::Given, Rules::Grid(grid)) => from_values("reward", &GridReward::corners(DARK).values(grid)),
        (RewardKind::Ring, Rules::Grid(grid)) => {
            from_values("reward", &GridReward::Ring { r0: DARK, radius: 0.35, width: 0.06 }.values(grid))
        }
        (RewardKind::Checker, Rules::Grid(grid)) => {
            from_values("reward", &GridReward::Checker { r0: DARK, squares: 4 }.values(grid))
        }
        (RewardKind::Painted, Rules::Grid(_)) => {
            let digits = parameters.painted.chars().map(|digit| digit.to_digit(16).map(|d| f64::from(d) / 15.0));
            let values = digits.collect::<Option<Vec<_>>>();
            from_values("painted", &values.ok_or_else(|| field("painted", "must hold hexadecimal digits only".into()))?)
        }
        (RewardKind::Given, Rules::Words(words)) => {
            let factor = FACTORS.iter().position(|factor| *factor == parameters.factor);
            let factor = factor.ok_or_else(|| field("factor", format!("must be one of {}", FACTORS.join(", "))))?;
            let scores = binding_scores(scores, factor, words.objects())?;
            let shaped = BINDING.log_rewards(&min_max(&scores)).map_err(|error| field("factor", error.to_string()))?;
            TableReward::from_log(indexed.clone(), shaped).map_err(|error| field("factor", error.to_string()))
        }
        (RewardKind::Ring | RewardKind::Checker | RewardKind::Painted, Rules::Words(_)) => {
            Err(field("reward", "is a picture on a grid; DNA sequences take `given` or `table`".into()))
        }
    }
}

/// Name of the array of scores in a weights file: a row a factor, a column for each word of a pair of strands, whichever
/// comes first.
pub const SCORES: &str = "binding_scores";

/// The scores of all words from the rows of single strands.
pub(super) fn binding_scores(arrays: &[Array], factor: usize, objects: usize) -> Result<Vec<f64>, ModelError> {
    let missing = || ModelError::Weights(format!("`{SCORES}` is missing or has another shape"));
    let array = arrays.iter().find(|array| array.name == SCORES).ok_or_else(missing)?;
    let [factors, pairs] = array.shape[..] else { return Err(missing()) };
    if factors != FACTORS.len() || pairs != pair_count(objects) || array.values.len() != factors * pairs {
        return Err(missing());
    }
    let row = &array.values[factor * pairs..][..pairs];
    let mut scores = vec![0.0; objects];
    let firsts = (0..objects).filter(|&word| word <= reverse_complement(word, objects));
    for (word, &score) in firsts.zip(row) {
        scores[word] = f64::from(score);
        scores[reverse_complement(word, objects)] = f64::from(score);
    }
    Ok(scores)
}

/// The array of [`SCORES`] from the scores of all words for each factor.
pub fn pack_scores(factors: &[Vec<f64>]) -> Array {
    let objects = factors.first().map_or(0, Vec::len);
    let firsts: Vec<usize> = (0..objects).filter(|&word| word <= reverse_complement(word, objects)).collect();
    let values = factors.iter().flat_map(|scores| firsts.iter().map(|&word| scores[word] as f32)).collect();
    Array { name: SCORES.to_owned(), shape: vec![factors.len(), firsts.len()], values }
}

fn pair_count(objects: usize) -> usize {
    (0..objects).filter(|&word| word <= reverse_complement(word, objects)).count()
}

/// The number of the word that pairs with number `word`, letters being the digits to the base four: A 0, C 1, G 2, T 3.
fn reverse_complement(word: usize, objects: usize) -> usize {
    let (mut rest, mut reversed, mut size) = (word, 0, 1);
    while size < objects {
        reversed = 4 * reversed + (3 - rest % 4);
        rest /= 4;
        size *= 4;
    }
    reversed
}
