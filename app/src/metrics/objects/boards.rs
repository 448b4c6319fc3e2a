//! Which pictures stand side by side.

use samples::objects::{Learning, Picture};

/// A picture with its name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Board<'a> {
    /// Name on the page.
    pub title: &'a str,
    /// The picture.
    pub picture: &'a Picture,
    /// Number of the learner; none is the exact answer.
    pub learner: Option<usize>,
}

/// What the exact answer is called.
pub const TARGET: &str = "Exact target";

/// The pictures of a look: the exact answer first where it is a picture of its own. In bars and scatter plots it is drawn
/// into those of the learners.
pub fn boards(learning: &Learning) -> Vec<Board<'_>> {
    let own = |picture: &&Picture| matches!(picture, Picture::Cells { .. } | Picture::Letters { .. });
    let target = learning.target.as_ref().filter(own);
    let target = target.map(|picture| Board { title: TARGET, picture, learner: None });
    let learners = learning.learners.iter().enumerate().map(|(number, learner)| Board {
        title: &learner.name,
        picture: &learner.picture,
        learner: Some(number),
    });
    target.into_iter().chain(learners).collect()
}

/// The largest probability of any cell: where the scale of colours ends. The exact answer sets it where it is known, so
/// that a learner that is too sure is seen to be.
pub fn most(learning: &Learning) -> f64 {
    let highest = |picture: &Picture| match picture {
        Picture::Cells { probability, .. } => {
            probability.iter().copied().filter(|p| p.is_finite()).fold(0.0f32, f32::max)
        }
        _ => 0.0,
    };
    let target = learning.target.as_ref().map_or(0.0, highest);
    let most = if target > 0.0 {
        target
    } else {
        learning.learners.iter().map(|learner| highest(&learner.picture)).fold(0.0, f32::max)
    };
    f64::from(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::contest::tests::learning;

    #[test]
    fn the_exact_answer_stands_alone_or_within() {
        let mut look = learning(1, 1.0);
        assert_eq!(boards(&look).len(), 1);
        let cells = |probability| Picture::Cells { side: 2, probability, flow: vec![], paths: vec![] };
        look.target = Some(cells(vec![0.5, 0.25, 0.25, f32::NAN]));
        look.learners[0].picture = cells(vec![1.0, 0.0, 0.0, 0.0]);
        assert_eq!(boards(&look).iter().map(|b| b.title).collect::<Vec<_>>(), [TARGET, "TB"]);
        assert!((most(&look) - 0.5).abs() < 1e-9);
        look.target = None;
        assert!((most(&look) - 1.0).abs() < 1e-9);
    }
}
