//! How far two distributions of a number lie apart.

use super::super::Crystal;

/// The first Wasserstein distance between two sets of numbers, each of which weighs the same within its set: the area
/// between their cumulative distributions, in the numbers' unit. Equal sets have distance 0; for sets of one size it is
/// the mean difference of the sorted numbers.
///
/// `None` if a set is empty or holds a number that is not finite.
pub fn wasserstein(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.is_empty() || b.is_empty() || a.iter().chain(b).any(|x| !x.is_finite()) {
        return None;
    }
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    };
    let (a, b) = (sorted(a), sorted(b));
    let (mut i, mut j, mut area) = (0, 0, 0.0);
    let mut before = a[0].min(b[0]);
    while i < a.len() || j < b.len() {
        let next = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) | (None, Some(&x)) => x,
            (None, None) => break,
        };
        area += (i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs() * (next - before);
        before = next;
        i += a[i..].iter().take_while(|&&x| x <= next).count();
        j += b[j..].iter().take_while(|&&x| x <= next).count();
    }
    Some(area)
}

/// The Wasserstein distance between the densities of two sets of crystals, g/cm³.
pub fn density_distance(samples: &[Crystal], references: &[Crystal]) -> Option<f64> {
    let densities = |crystals: &[Crystal]| crystals.iter().map(Crystal::density).collect::<Vec<_>>();
    wasserstein(&densities(samples), &densities(references))
}

/// The Wasserstein distance between the numbers of different elements in the crystals of two sets.
pub fn element_number_distance(samples: &[Crystal], references: &[Crystal]) -> Option<f64> {
    let number = |crystal: &Crystal| {
        let mut elements = crystal.elements().to_vec();
        elements.sort_unstable();
        elements.dedup();
        elements.len() as f64
    };
    let numbers = |crystals: &[Crystal]| crystals.iter().map(number).collect::<Vec<_>>();
    wasserstein(&numbers(samples), &numbers(references))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_of_one_size_differ_by_their_sorted_differences(
            pairs in prop::collection::vec((-100.0_f64..100.0, -100.0_f64..100.0), 1..40)
        ) {
            let (mut a, mut b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let distance = wasserstein(&a, &b).unwrap();
            a.sort_by(f64::total_cmp);
            b.sort_by(f64::total_cmp);
            let expected = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).sum::<f64>() / a.len() as f64;
            prop_assert!((distance - expected).abs() < 1e-10);
        }

        #[test]
        fn repeating_a_set_changes_nothing(a in prop::collection::vec(0_u8..10, 1..8), b in prop::collection::vec(0_u8..10, 1..8)) {
            let [a, b] = [a, b].map(|set| set.into_iter().map(f64::from).collect::<Vec<_>>());
            let (once, twice) = (wasserstein(&a, &b).unwrap(), wasserstein(&a.repeat(3), &b.repeat(2)).unwrap());
            prop_assert!((once - twice).abs() < 1e-12);
        }
    }

    #[test]
    fn a_shift_is_the_distance_and_nonsense_has_none() {
        assert_eq!(wasserstein(&[0.0, 1.0, 3.0], &[5.0, 6.0, 8.0]), Some(5.0));
        assert_eq!(wasserstein(&[0.0], &[]), None);
        assert_eq!(wasserstein(&[f64::NAN], &[0.0]), None);
    }
}
