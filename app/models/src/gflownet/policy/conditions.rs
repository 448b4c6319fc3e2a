//! What a policy is conditioned on besides the state: an outcome to reach, a preference.

/// A table of conditions. Trajectories name theirs by number.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditions {
    offsets: Vec<usize>,
    ones: Vec<u32>,
    dense_width: usize,
    dense: Vec<f32>,
}

impl Conditions {
    /// The table of unconditioned policies: one condition that says nothing.
    pub fn none() -> Self {
        Self { offsets: vec![0, 0], ones: Vec::new(), dense_width: 0, dense: Vec::new() }
    }

    /// An empty table whose conditions have `dense_width` dense values each.
    pub fn new(dense_width: usize) -> Self {
        Self { offsets: vec![0], ones: Vec::new(), dense_width, dense: Vec::new() }
    }

    /// Adds a condition, `ones` being the places of ones in its one-hot part, and answers with its number. Equal
    /// conditions at different places are different conditions to the cache of evaluations.
    ///
    /// # Panics
    /// If `dense` has another width than the table.
    pub fn push(&mut self, ones: &[u32], dense: &[f32]) -> u32 {
        assert_eq!(dense.len(), self.dense_width, "dense values of a condition");
        self.ones.extend_from_slice(ones);
        self.dense.extend_from_slice(dense);
        self.offsets.push(self.ones.len());
        (self.len() - 1) as u32
    }

    /// Number of conditions.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Length of the dense part.
    pub fn dense_width(&self) -> usize {
        self.dense_width
    }

    /// The largest place of a one, if there is any.
    pub fn largest_one(&self) -> Option<u32> {
        self.ones.iter().max().copied()
    }

    /// Places of ones and dense values of condition `index`.
    pub fn get(&self, index: usize) -> (&[u32], &[f32]) {
        let ones = &self.ones[self.offsets[index]..self.offsets[index + 1]];
        (ones, &self.dense[index * self.dense_width..][..self.dense_width])
    }
}
