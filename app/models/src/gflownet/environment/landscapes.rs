//! The published tables of scores, as texts: which object has which score. Errors name the line.

use super::{EnvironmentError, Growth, Indexed, NatsCell, Sequence, indexed::quoted, reward_table::at_line};

/// The words of the binding landscapes: eight letters of ACGT, put at either end.
///
/// # Errors
/// Never: the size is a possible one.
pub fn binding_words() -> Result<Sequence, EnvironmentError> {
    Sequence::fixed("ACGT", 8, Growth::PrependAppend)
}

/// The words of the HOMO–LUMO gap landscape: five of eleven building blocks, put at either end.
///
/// # Errors
/// Never: the size is a possible one.
pub fn gap_words() -> Result<Sequence, EnvironmentError> {
    Sequence::fixed("0123456789a", 5, Growth::PrependAppend)
}

/// The transcription factors of a binding table: its header after the first column.
pub fn binding_factors(table: &str) -> Vec<&str> {
    table.lines().next().unwrap_or_default().split('\t').skip(1).collect()
}

/// E-scores of one factor for all [`binding_words`], in their order, from a tab-separated table with a column `kmer` and
/// one for each factor. A row stands for a word and its reverse complement: both strands bind alike.
///
/// # Errors
/// If there is no such factor, a row cannot be read, or a word has no score.
pub fn binding_scores(table: &str, factor: &str) -> Result<Vec<f64>, EnvironmentError> {
    let factors = binding_factors(table);
    let column = factors.iter().position(|f| *f == factor).ok_or_else(|| {
        EnvironmentError::Reward(format!("there is no factor `{}`: there are {}", quoted(factor), factors.join(", ")))
    })?;
    let words = binding_words()?;
    collect(&words, table, |line| {
        let mut fields = line.split('\t');
        let word = fields.next()?;
        let score = fields.nth(column)?;
        let reverse = word.chars().rev().map(complement).collect();
        Some((vec![word.to_owned(), reverse], score))
    })
}

/// Gaps of all [`gap_words`], in their order and the source's units, from a table with the columns `blocks` (digits to
/// the base 11) and `homo_lumo_gap`.
///
/// # Errors
/// If a row cannot be read or a molecule has no gap.
pub fn gap_scores(table: &str) -> Result<Vec<f64>, EnvironmentError> {
    collect(&gap_words()?, table, |line| {
        let (blocks, gap) = line.split_once(',')?;
        Some((vec![blocks.to_owned()], gap))
    })
}

/// Test accuracies in % of all cells of [`NatsCell`], in its order, from the table with the columns accuracy on CIFAR-10,
/// CIFAR-100 and ImageNet-16-120, architecture, and further ones. `task` counts the first three from 0.
///
/// # Errors
/// If there is no such task, a row cannot be read, or a cell has no accuracy.
pub fn cell_accuracies(table: &str, task: usize) -> Result<Vec<f64>, EnvironmentError> {
    if task > 2 {
        return Err(EnvironmentError::Reward(format!("there is no task {task}: there are 0, 1 and 2")));
    }
    collect(&NatsCell, table, |line| {
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        Some((vec![(*fields.get(3)?).to_owned()], *fields.get(task)?))
    })
}

/// Puts the scores of the rows behind a header in the order of the objects; `read` finds a row's objects and score.
fn collect(
    environment: &dyn Indexed,
    table: &str,
    read: impl Fn(&str) -> Option<(Vec<String>, &str)>,
) -> Result<Vec<f64>, EnvironmentError> {
    let mut scores = vec![f64::NAN; environment.objects()];
    for (number, line) in (1..).zip(table.lines()).skip(1) {
        let (objects, score) = read(line).ok_or_else(|| at_line(number, "too few columns".into()))?;
        let score: f64 = score.parse().map_err(|_| at_line(number, format!("`{}` is no number", quoted(score))))?;
        for object in objects {
            let state = environment.read(&object).map_err(|e| at_line(number, e.to_string()))?;
            scores[environment.index_of(&state)] = score;
        }
    }
    match scores.iter().filter(|s| !s.is_finite()).count() {
        0 => Ok(scores),
        missing => Err(EnvironmentError::Reward(format!("{missing} of {} objects have no score", scores.len()))),
    }
}

/// The base that pairs with another; anything else stays, and is refused later.
fn complement(base: char) -> char {
    match base {
        'A' => 'T',
        'C' => 'G',
        'G' => 'C',
        'T' => 'A',
        other => other,
    }
}
