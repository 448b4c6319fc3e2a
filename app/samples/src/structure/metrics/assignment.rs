//! The linear assignment problem: who goes with whom at the least cost.
//!
//! Shortest augmenting paths with dual variables, after D. F. Crouse, "On implementing 2D rectangular assignment
//! algorithms", IEEE Trans. Aerosp. Electron. Syst. 52 (2016) 1679. Written here because the crates at hand want whole
//! numbers: the Kuhn–Munkres form they use compares slacks for equality, which rounding breaks.

/// Work space, kept between problems.
#[derive(Default)]
pub(super) struct Assignment {
    row_dual: Vec<f64>,
    column_dual: Vec<f64>,
    path_cost: Vec<f64>,
    predecessor: Vec<usize>,
    column_of: Vec<usize>,
    row_of: Vec<usize>,
    seen_rows: Vec<usize>,
    seen_columns: Vec<usize>,
    remaining: Vec<usize>,
}

const NONE: usize = usize::MAX;

impl Assignment {
    /// The column of every row in a cheapest one-to-one assignment of the square matrix `costs` (row by row, size²
    /// entries; infinite where a pair is forbidden); `None` if every assignment uses a forbidden pair.
    pub(super) fn solve(&mut self, size: usize, costs: &[f64]) -> Option<&[usize]> {
        debug_assert_eq!(costs.len(), size * size);
        for dual in [&mut self.row_dual, &mut self.column_dual] {
            dual.clear();
            dual.resize(size, 0.0);
        }
        for of in [&mut self.column_of, &mut self.row_of, &mut self.predecessor] {
            of.clear();
            of.resize(size, NONE);
        }
        for row in 0..size {
            let (end, cost) = self.shortest_path(size, costs, row)?;
            self.row_dual[row] += cost;
            for &seen in self.seen_rows.iter().filter(|&&seen| seen != row) {
                self.row_dual[seen] += cost - self.path_cost[self.column_of[seen]];
            }
            for &column in &self.seen_columns {
                self.column_dual[column] -= cost - self.path_cost[column];
            }
            let mut column = end;
            loop {
                let via = self.predecessor[column];
                self.row_of[column] = via;
                std::mem::swap(&mut self.column_of[via], &mut column);
                if via == row {
                    break;
                }
            }
        }
        Some(&self.column_of)
    }

    /// Dijkstra from an unassigned row to the nearest unassigned column, which it gives with the path's reduced cost.
    fn shortest_path(&mut self, size: usize, costs: &[f64], start: usize) -> Option<(usize, f64)> {
        self.path_cost.clear();
        self.path_cost.resize(size, f64::INFINITY);
        self.seen_rows.clear();
        self.seen_columns.clear();
        self.remaining.clear();
        self.remaining.extend((0..size).rev());
        let (mut row, mut reached) = (start, 0.0);
        loop {
            self.seen_rows.push(row);
            let mut nearest = NONE;
            let mut lowest = f64::INFINITY;
            for (place, &column) in self.remaining.iter().enumerate() {
                let through = reached + costs[row * size + column] - self.row_dual[row] - self.column_dual[column];
                if through < self.path_cost[column] {
                    self.predecessor[column] = row;
                    self.path_cost[column] = through;
                }
                let cost = self.path_cost[column];
                // Of columns equally near, one that is free ends the search.
                if cost < lowest || (cost == lowest && cost.is_finite() && self.row_of[column] == NONE) {
                    lowest = cost;
                    nearest = place;
                }
            }
            if nearest == NONE {
                return None;
            }
            reached = lowest;
            let column = self.remaining.swap_remove(nearest);
            self.seen_columns.push(column);
            match self.row_of[column] {
                NONE => return Some((column, reached)),
                next => row = next,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cheapest_by_trying_all(size: usize, costs: &[f64], row: usize, free: &mut Vec<usize>) -> f64 {
        if row == size {
            return 0.0;
        }
        (0..free.len())
            .map(|place| {
                let column = free.swap_remove(place);
                let rest = cheapest_by_trying_all(size, costs, row + 1, free);
                free.push(column);
                let last = free.len() - 1;
                free.swap(place, last);
                costs[row * size + column] + rest
            })
            .fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn the_assignment_is_the_cheapest(
            (size, costs) in (1_usize..6).prop_flat_map(|size| {
                let cost = prop_oneof![3 => 0.0..1.0, 1 => Just(f64::INFINITY), 1 => Just(0.25)];
                (Just(size), prop::collection::vec(cost, size * size))
            })
        ) {
            let cheapest = cheapest_by_trying_all(size, &costs, 0, &mut (0..size).collect());
            let mut work = Assignment::default();
            match work.solve(size, &costs) {
                None => prop_assert_eq!(cheapest, f64::INFINITY),
                Some(columns) => {
                    let mut sorted = columns.to_vec();
                    sorted.sort_unstable();
                    prop_assert_eq!(sorted, (0..size).collect::<Vec<_>>());
                    let cost: f64 = columns.iter().enumerate().map(|(row, column)| costs[row * size + column]).sum();
                    prop_assert!((cost - cheapest).abs() < 1e-12);
                }
            }
        }
    }
}
