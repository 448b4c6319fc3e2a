//! From a residual to a loss.

/// What a residual costs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Link {
    /// `r²`, as in all the papers.
    #[default]
    Square,
    /// `r²` up to `|r| = δ`, then straight on: `2δ|r| − δ²`.
    Huber(f64),
    /// `min(r², limit)`: beyond the limit nothing is learned (OP-GFN's released code, spec §3).
    Clamp(f64),
}

impl Link {
    /// The loss of a residual and its derivative.
    pub fn apply(self, residual: f64) -> (f64, f64) {
        let square = residual * residual;
        match self {
            Self::Huber(delta) if residual.abs() > delta => {
                (2.0 * delta * residual.abs() - delta * delta, 2.0 * delta * residual.signum())
            }
            Self::Clamp(limit) if square > limit => (limit, 0.0),
            _ => (square, 2.0 * residual),
        }
    }

    /// Whether its constant is a positive number.
    pub fn is_valid(self) -> bool {
        match self {
            Self::Square => true,
            Self::Huber(constant) | Self::Clamp(constant) => constant > 0.0 && constant.is_finite(),
        }
    }
}
