//! Drawn paths as grains of sand that fall through the grid: where each is at a time.

use std::collections::VecDeque;

/// Cells that a grain passes in a second, at least.
const SPEED: f64 = 7.0;
/// Longest fall, seconds.
const LONGEST: f64 = 3.5;
/// Seconds between two grains.
const STAGGER: f64 = 0.04;
/// Seconds that a grain rests where it arrived.
const REST: f64 = 1.6;
/// Grains that are shown at rest to those who want no motion.
const MOST_SETTLED: usize = 240;

/// A grain as it is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grain {
    /// Place in cells from the corner of the grid; centres of cells are at halves.
    pub at: [f64; 2],
    /// From 0, unseen, to 1.
    pub opacity: f64,
}

/// Grains on their way. Each keeps the path that it began with, whatever is drawn meanwhile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sand {
    falling: VecDeque<Falling>,
    begun: usize,
    next_at: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Falling {
    number: usize,
    since: f64,
    path: Vec<u32>,
}

impl Falling {
    /// Seconds until it arrives.
    fn fall(&self) -> f64 {
        let steps = self.path.len().saturating_sub(1) as f64;
        steps / SPEED.max(steps / LONGEST)
    }

    fn seen(&self, side: u32, seconds: f64) -> Option<Grain> {
        let steps = self.path.len().checked_sub(1)?;
        let (age, fall) = (seconds - self.since, self.fall());
        let passed = if age < fall { (age / fall).max(0.0) * steps as f64 } else { steps as f64 };
        let cell = |at: f64| self.path.get((at as usize).min(steps)).map(|&cell| centre(cell, side));
        let (from, to) = (cell(passed.floor())?, cell(passed.ceil())?);
        let at = [0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * passed.fract() + aside(self.number, axis));
        Some(Grain { at, opacity: (1.0 - (age - fall) / REST).clamp(0.0, 1.0) })
    }
}

impl Sand {
    /// Lets grains go that rested long enough, and others begin along the newest paths. Time must not go back.
    pub fn advance(&mut self, seconds: f64, paths: &[Vec<u32>]) {
        self.falling.retain(|grain| seconds - grain.since < grain.fall() + REST);
        // Nobody watched meanwhile: what would have begun then does not begin now.
        self.next_at = self.next_at.max(seconds - 2.0 * STAGGER);
        while self.next_at <= seconds && !paths.is_empty() {
            let path = paths[self.begun % paths.len()].clone();
            self.falling.push_back(Falling { number: self.begun, since: self.next_at, path });
            self.begun += 1;
            self.next_at += STAGGER;
        }
    }

    /// The grains at that time on a grid of that side.
    pub fn grains(&self, side: u32, seconds: f64) -> Vec<Grain> {
        self.falling.iter().filter_map(|grain| grain.seen(side, seconds)).collect()
    }
}

/// Where all grains come to rest: what is shown to those who want no motion.
pub fn settled(paths: &[Vec<u32>], side: u32) -> Vec<Grain> {
    let grain = |(number, path): (usize, &Vec<u32>)| {
        let at = centre(*path.last()?, side);
        Some(Grain { at: [0, 1].map(|axis| at[axis] + aside(number, axis)), opacity: 0.8 })
    };
    paths.iter().take(MOST_SETTLED).enumerate().filter_map(grain).collect()
}

fn centre(cell: u32, side: u32) -> [f64; 2] {
    let side = side.max(1);
    [f64::from(cell % side) + 0.5, f64::from(cell / side) + 0.5]
}

/// A place within ±0.3 of the centre, so that grains in one cell can be told apart: a low-discrepancy sequence.
fn aside(number: usize, axis: usize) -> f64 {
    const TURNS: [f64; 2] = [0.754_877_666_246_693, 0.569_840_290_998_053];
    ((number as f64 + 0.5) * TURNS[axis]).fract() * 0.6 - 0.3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(grain: Grain, x: f64, y: f64) -> bool {
        (grain.at[0] - x).abs() <= 0.3 && (grain.at[1] - y).abs() <= 0.3
    }

    #[test]
    fn a_grain_falls_from_the_root_to_its_object_and_fades() {
        let mut sand = Sand::default();
        sand.advance(0.0, &[vec![0, 1, 5]]);
        let first = |seconds| sand.grains(4, seconds)[0];
        assert!(near(first(0.0), 0.5, 0.5));
        assert!(near(first(1.0 / SPEED), 1.5, 0.5));
        let arrived = first(2.0 / SPEED + 0.5);
        assert!(near(arrived, 1.5, 1.5) && arrived.opacity > 0.0 && arrived.opacity < 1.0);
    }

    #[test]
    fn new_paths_do_not_move_grains_on_their_way() {
        let mut sand = Sand::default();
        sand.advance(0.0, &[vec![0, 1, 2, 3]]);
        let before = sand.grains(4, 0.2)[0];
        sand.advance(0.2, &[vec![0, 4, 8]]);
        assert_eq!(sand.grains(4, 0.2)[0], before);
        assert!(sand.grains(4, 0.2).len() > 1);
    }

    #[test]
    fn there_are_never_more_grains_than_can_be_drawn() {
        let mut sand = Sand::default();
        let paths = vec![(0..64).collect::<Vec<u32>>()];
        (0..2000).for_each(|frame| sand.advance(f64::from(frame) / 60.0, &paths));
        let count = sand.grains(8, 2000.0 / 60.0).len();
        assert!((60..200).contains(&count), "{count}");
        sand.advance(1e6, &paths);
        assert!(sand.grains(8, 1e6).len() < 5, "a page that was hidden for days does not catch up");
    }

    #[test]
    fn odd_paths_are_no_reason_to_fall_over() {
        let mut sand = Sand::default();
        (0..20).for_each(|frame| sand.advance(f64::from(frame), &[vec![], vec![7]]));
        assert!(sand.grains(0, 19.0).iter().all(|grain| grain.at.iter().all(|at| at.is_finite())));
        assert_eq!(settled(&[vec![], vec![0, 5]], 4).len(), 1);
        sand.advance(30.0, &[]);
        assert!(sand.grains(4, 30.0).is_empty());
    }
}
