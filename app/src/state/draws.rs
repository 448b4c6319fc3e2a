//! Draws as a table: equal objects together, sorted and searched.

use std::{cmp::Ordering, collections::HashMap};

use samples::objects::Draw;

/// Rows that are shown together.
pub const MOST_ROWS: usize = 40;

/// An object with how often it was drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Distinct {
    /// The object as it was drawn first.
    pub draw: Draw,
    /// How often it was drawn.
    pub count: usize,
}

/// What stands first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The most probable.
    #[default]
    Probability,
    /// The highest reward, or first objective.
    Reward,
    /// What was drawn most often.
    Count,
}

impl Order {
    /// All, with their name in the document and on the page.
    pub const ALL: [(Order, &'static str, &'static str); 3] = [
        (Order::Probability, "probability", "Most probable"),
        (Order::Reward, "reward", "Best"),
        (Order::Count, "count", "Most drawn"),
    ];
}

/// Equal objects together, in the order of their first draw.
pub fn distinct(draws: &[Draw]) -> Vec<Distinct> {
    let mut found: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<Distinct> = Vec::new();
    for draw in draws {
        match found.get(draw.object.as_str()) {
            Some(&index) => all[index].count += 1,
            None => {
                found.insert(&draw.object, all.len());
                all.push(Distinct { draw: draw.clone(), count: 1 });
            }
        }
    }
    all
}

/// Places of the objects that hold `query` (letters of either case), first those that `order` wants first; and how many
/// there are beyond [`MOST_ROWS`].
pub fn rows(all: &[Distinct], order: Order, query: &str) -> (Vec<usize>, usize) {
    let query = query.trim().to_lowercase();
    let mut found: Vec<usize> =
        (0..all.len()).filter(|&i| query.is_empty() || all[i].draw.object.to_lowercase().contains(&query)).collect();
    found.sort_by(|&a, &b| compare(&all[a], &all[b], order));
    let beyond = found.len().saturating_sub(MOST_ROWS);
    found.truncate(MOST_ROWS);
    (found, beyond)
}

fn compare(a: &Distinct, b: &Distinct, order: Order) -> Ordering {
    let reward = |d: &Distinct| d.draw.log_reward.or(d.draw.objectives.first().copied()).unwrap_or(f64::NEG_INFINITY);
    match order {
        Order::Probability => b.draw.log_prob.total_cmp(&a.draw.log_prob),
        Order::Reward => reward(b).total_cmp(&reward(a)),
        Order::Count => b.count.cmp(&a.count),
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn draw(object: &str, log_prob: f64, log_reward: Option<f64>) -> Draw {
        Draw { object: object.to_owned(), log_prob, log_reward, objectives: vec![], path: vec!["0,0".to_owned()] }
    }

    fn draws() -> Vec<Draw> {
        vec![
            draw("ACG", -3.0, Some(0.5)),
            draw("TTT", -1.0, None),
            draw("ACG", -3.0, Some(0.5)),
            draw("acc", -2.0, Some(2.0)),
        ]
    }

    #[test]
    fn equal_objects_are_counted() {
        let all = distinct(&draws());
        let counted: Vec<_> = all.iter().map(|d| (d.draw.object.as_str(), d.count)).collect();
        assert_eq!(counted, [("ACG", 2), ("TTT", 1), ("acc", 1)]);
    }

    #[test]
    fn every_order_has_its_first() {
        let all = distinct(&draws());
        let first = |order| rows(&all, order, "").0[0];
        assert_eq!([Order::Probability, Order::Reward, Order::Count].map(first), [1, 2, 0]);
        assert_eq!(rows(&all, Order::Reward, "").0[2], 1, "what has no reward comes last");
    }

    #[test]
    fn the_search_does_not_care_about_case() {
        let all = distinct(&draws());
        assert_eq!(rows(&all, Order::Probability, " aC ").0, [2, 0]);
        let many: Vec<Draw> = (0..50).map(|i| draw(&format!("x{i}"), -1.0, None)).collect();
        assert_eq!(rows(&distinct(&many), Order::Count, "x").1, 50 - MOST_ROWS);
    }
}
