//! A reward that the visitor paints: a level from 0 to 15 for every cell of a grid, written as one hex digit a cell, row
//! after row from y = 0.

/// Largest level.
pub const MOST_LEVEL: u8 = 15;
/// Longest side of a grid that can be painted.
pub const MOST_SIDE: usize = 64;

/// Levels of a grid's cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Painting {
    side: usize,
    levels: Vec<u8>,
}

/// A picture to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// All four corners.
    Corners,
    /// A circle.
    Ring,
    /// Two half circles that embrace each other.
    Moons,
    /// Two letters.
    Letters,
}

impl Stamp {
    /// All, with their name in the document and on the page.
    pub const ALL: [(Stamp, &'static str, &'static str); 4] = [
        (Stamp::Corners, "corners", "Corners"),
        (Stamp::Ring, "ring", "Ring"),
        (Stamp::Moons, "moons", "Two moons"),
        (Stamp::Letters, "letters", "Letters"),
    ];
}

impl Painting {
    /// An empty grid; the side is kept within 2 to [`MOST_SIDE`].
    pub fn empty(side: usize) -> Self {
        let side = side.clamp(2, MOST_SIDE);
        Self { side, levels: vec![0; side * side] }
    }

    /// Reads the digits of a grid of this side; `None` where they are not that.
    pub fn from_text(side: usize, text: &str) -> Option<Self> {
        let text = text.trim();
        if !(2..=MOST_SIDE).contains(&side) || text.len() != side * side {
            return None;
        }
        let levels = text.chars().map(|c| c.to_digit(16).map(|level| level as u8)).collect::<Option<_>>()?;
        Some(Self { side, levels })
    }

    /// Reads digits painted for a grid of this side or another one: then the nearest cells are taken.
    pub fn fitted(side: usize, text: &str) -> Option<Self> {
        let own = (text.trim().len() as f64).sqrt().round() as usize;
        let other = Self::from_text(own, text)?;
        let mut fitted = Self::empty(side);
        let side = fitted.side;
        for (cell, level) in fitted.levels.iter_mut().enumerate() {
            let [x, y] = [cell % side, cell / side].map(|at| (2 * at + 1) * own / (2 * side));
            *level = other.levels[y * own + x];
        }
        Some(fitted)
    }

    /// The digits.
    pub fn to_text(&self) -> String {
        self.levels.iter().filter_map(|&level| char::from_digit(u32::from(level), 16)).collect()
    }

    /// Cells along an edge.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Level of a cell, 0 outside.
    pub fn level(&self, x: usize, y: usize) -> u8 {
        if x < self.side { self.levels.get(y * self.side + x).copied().unwrap_or(0) } else { 0 }
    }

    /// Whether nothing is painted: no reward can be drawn from.
    pub fn is_empty(&self) -> bool {
        self.levels.iter().all(|&level| level == 0)
    }

    /// Cells that are painted.
    pub fn painted(&self) -> usize {
        self.levels.iter().filter(|&&level| level > 0).count()
    }

    /// Paints along a line between two points, in cells from the corner of the grid. Cells whose centre is within half of
    /// `size` take `level`; those at the rim come only part of the way. Level 0 erases.
    pub fn stroke(&mut self, from: [f64; 2], to: [f64; 2], size: f64, level: u8) {
        let level = f64::from(level.min(MOST_LEVEL));
        let along = [to[0] - from[0], to[1] - from[1]];
        let length = along[0].hypot(along[1]);
        if !length.is_finite() {
            return;
        }
        for (cell, old) in self.levels.iter_mut().enumerate() {
            let centre = [cell % self.side, cell / self.side].map(|at| at as f64 + 0.5);
            let relative = [centre[0] - from[0], centre[1] - from[1]];
            let dot = relative[0] * along[0] + relative[1] * along[1];
            let at = if length > 0.0 { (dot / (length * length)).clamp(0.0, 1.0) } else { 0.0 };
            let distance = (relative[0] - at * along[0]).hypot(relative[1] - at * along[1]);
            let share = (size / 2.0 + 0.5 - distance).clamp(0.0, 1.0);
            let new = f64::from(*old) + (level - f64::from(*old)) * share;
            *old = new.round() as u8;
        }
    }

    /// Sets one cell.
    pub fn set(&mut self, x: usize, y: usize, level: u8) {
        if x < self.side
            && let Some(cell) = self.levels.get_mut(y * self.side + x)
        {
            *cell = level.min(MOST_LEVEL);
        }
    }

    /// A grid with a stamp on it.
    pub fn stamped(side: usize, stamp: Stamp) -> Self {
        let mut painting = Self::empty(side);
        let side = painting.side;
        for (cell, level) in painting.levels.iter_mut().enumerate() {
            let [x, y] = [cell % side, cell / side];
            *level = match stamp {
                Stamp::Letters => letters(side, x, y),
                _ => {
                    let [u, v] = [x, y].map(|at| 2.0 * (at as f64 + 0.5) / side as f64 - 1.0);
                    // Half as wide as the line, but never thinner than a cell.
                    let width = (1.4 / side as f64).max(0.14);
                    let brightness = 1.0 - distance(stamp, u, v) / width;
                    (brightness.clamp(0.0, 1.0) * 1.6).min(1.0).mul_add(f64::from(MOST_LEVEL), 0.0).round() as u8
                }
            };
        }
        painting
    }
}

/// Distance of a point of the square [−1, 1]² to the line of a stamp.
fn distance(stamp: Stamp, u: f64, v: f64) -> f64 {
    let arc = |centre: [f64; 2], upper: bool| {
        let [u, v] = [u - centre[0], v - centre[1]];
        let on_side = if upper { v <= 0.0 } else { v >= 0.0 };
        let ends = (u - 0.5).hypot(v).min((u + 0.5).hypot(v));
        if on_side { (u.hypot(v) - 0.5).abs() } else { ends }
    };
    match stamp {
        Stamp::Corners => (u.abs() - 0.8).hypot(v.abs() - 0.8) / 1.6,
        Stamp::Ring => (u.hypot(v) - 0.65).abs(),
        Stamp::Moons => arc([-0.25, 0.15], true).min(arc([0.25, -0.15], false)),
        Stamp::Letters => f64::INFINITY,
    }
}

/// "GF" in three by five cells each, scaled to whole cells and centred.
fn letters(side: usize, x: usize, y: usize) -> u8 {
    const ROWS: [&str; 5] = ["###.###", "#...#..", "#.#.##.", "#.#.#..", "###.#.."];
    let scale = (side / 7).max(1);
    let [left, top] = [(side.saturating_sub(7 * scale)) / 2, (side.saturating_sub(5 * scale)) / 2];
    let at = |at: usize, first: usize| at.checked_sub(first).map(|at| at / scale);
    let lit = at(y, top)
        .zip(at(x, left))
        .and_then(|(row, column)| ROWS.get(row)?.as_bytes().get(column).copied())
        .is_some_and(|cell| cell == b'#');
    if lit { MOST_LEVEL } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_everything() {
        for (stamp, name, _) in Stamp::ALL {
            for side in [8, 16, 32] {
                let painting = Painting::stamped(side, stamp);
                let text = painting.to_text();
                assert_eq!(text.len(), side * side);
                assert_eq!(Painting::from_text(side, &text), Some(painting.clone()), "{name}");
                let share = painting.painted() as f64 / (side * side) as f64;
                assert!((0.04..0.6).contains(&share), "{name} on {side} covers {share}");
            }
        }
    }

    #[test]
    fn text_that_is_no_painting_is_refused() {
        assert_eq!(Painting::from_text(2, "01f"), None);
        assert_eq!(Painting::from_text(2, "01fg"), None);
        assert_eq!(Painting::from_text(2, "é1f"), None, "four bytes, three cells");
        assert_eq!(Painting::from_text(65, &"0".repeat(65 * 65)), None);
        assert_eq!(Painting::fitted(8, ""), None);
        assert!(Painting::from_text(2, "01fF").is_some());
    }

    #[test]
    fn rows_begin_at_y_zero() {
        let mut painting = Painting::empty(3);
        painting.set(1, 0, 7);
        painting.set(0, 2, 99);
        painting.set(5, 0, 3);
        assert_eq!(painting.to_text(), "070000f00");
    }

    #[test]
    fn a_stroke_covers_its_line_and_no_more() {
        let mut painting = Painting::empty(8);
        painting.stroke([0.5, 3.5], [7.5, 3.5], 1.0, 9);
        assert!((0..8).all(|x| painting.level(x, 3) == 9));
        assert_eq!(painting.painted(), 8);
        painting.stroke([3.5, 3.5], [3.5, 3.5], 1.0, 0);
        assert_eq!((painting.level(3, 3), painting.painted()), (0, 7));
        painting.stroke([f64::NAN, 0.0], [1.0, 1.0], 3.0, 9);
        assert_eq!(painting.painted(), 7);
        painting.stroke([3.5, 3.52], [3.5, 3.52], 1.0, 9);
        assert_eq!(painting.painted(), 8, "a hand that is not quite in the middle paints no neighbour");
    }

    #[test]
    fn a_wide_brush_is_soft_at_its_rim() {
        let mut painting = Painting::empty(9);
        painting.stroke([4.5, 4.5], [4.5, 4.5], 4.0, 15);
        assert_eq!(painting.level(4, 4), 15);
        let rim = painting.level(6, 4);
        assert!(rim > 0 && rim < 15, "{rim}");
    }

    #[test]
    fn another_grid_takes_the_painting_over() {
        let fitted = Painting::fitted(4, "0f21").expect("two by two");
        assert_eq!(fitted.to_text(), "00ff00ff22112211");
        assert_eq!(Painting::fitted(2, &fitted.to_text()).map(|p| p.to_text()), Some("0f21".to_owned()));
    }
}
