//! Rewards of drawn molecules: how many have how much.

use plotters::prelude::{Color, Rectangle};
use samples::objects::Picture;

use super::super::chart::{Axes, SAMPLE, draw_labelled, short};

/// Bars of the histogram.
const BARS: usize = 24;

/// The histogram of one learner; `None` for other pictures and where there is nothing.
pub fn histogram(name: &str, picture: &Picture) -> Option<String> {
    let Picture::Molecules { rewards, .. } = picture else { return None };
    let rewards = known(rewards);
    let highest = rewards.iter().copied().fold(0.0, f64::max);
    if highest <= 0.0 {
        return None;
    }
    let width = highest / BARS as f64;
    let mut counts = [0_usize; BARS];
    for reward in &rewards {
        counts[((reward / width) as usize).min(BARS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0) as f64;
    let axes = Axes {
        summary: &summary(name, picture),
        titles: ["reward", "molecules drawn lately"],
        x: 0.0..highest,
        y: 0.0..most * 1.08,
    };
    draw_labelled(axes, [&|x| short(*x), &|y| format!("{y:.0}")], |chart| {
        let bar = |(index, count): (usize, usize)| {
            let left = (index as f64 + 0.06) * width;
            Rectangle::new([(left, 0.0), (left + 0.88 * width, count as f64)], SAMPLE.mix(0.55).filled())
        };
        chart.draw_series(counts.into_iter().enumerate().filter(|(_, count)| *count > 0).map(bar)).ok()?;
        Some(())
    })
}

fn known(rewards: &[f32]) -> Vec<f64> {
    rewards.iter().map(|reward| f64::from(*reward)).filter(|reward| reward.is_finite() && *reward >= 0.0).collect()
}

/// The histogram in words.
pub fn summary(name: &str, picture: &Picture) -> String {
    let Picture::Molecules { rewards, .. } = picture else { return String::new() };
    let mut rewards = known(rewards);
    rewards.sort_by(f64::total_cmp);
    let middle = rewards.get(rewards.len() / 2).copied().unwrap_or(0.0);
    let highest = rewards.last().copied().unwrap_or(0.0);
    format!("{name}: rewards of {} molecules; half are above {middle:.4}, the highest is {highest:.4}", rewards.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rewards: &[f32]) -> Picture {
        Picture::Molecules { best: vec![], rewards: rewards.to_vec() }
    }

    #[test]
    fn every_molecule_is_in_a_bar() {
        let svg = histogram("FL", &picture(&[0.1, 0.1, 0.2, 1.0, f32::NAN])).expect("bars");
        assert_eq!(svg.matches("fill=\"#0B6E74\"").count(), 3);
        assert!(svg.contains("FL: rewards of 4 molecules; half are above 0.2000, the highest is 1.0000"), "{svg}");
        assert!(!svg.contains("NaN"));
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(histogram("FL", &picture(&[])), None);
        assert_eq!(histogram("FL", &picture(&[0.0])), None);
        assert_eq!(histogram("FL", &Picture::Inclusion { probability: vec![0.5] }), None);
    }
}
