//! Several objectives, all to be maximised. Points are rows of equally many values.

use std::cmp::Ordering;

/// Which points no other point dominates, that is, reaches in every objective and surpasses in one. Equal points do
/// not dominate each other; a point with a NaN is never in the front.
pub fn non_dominated<P: AsRef<[f64]>>(points: &[P]) -> Vec<bool> {
    let mut free = vec![false; points.len()];
    // A point that dominates another comes before it in this order; so of the earlier ones only the front is asked.
    let mut order: Vec<usize> = (0..points.len()).filter(|&i| points[i].as_ref().iter().all(|v| !v.is_nan())).collect();
    order.sort_by(|&a, &b| lexicographic(points[b].as_ref(), points[a].as_ref()));
    let mut front: Vec<usize> = Vec::new();
    for i in order {
        if front.iter().all(|&f| !dominates(points[f].as_ref(), points[i].as_ref())) {
            free[i] = true;
            front.push(i);
        }
    }
    free
}

fn lexicographic(a: &[f64], b: &[f64]) -> Ordering {
    a.iter().zip(b).filter_map(|(a, b)| a.partial_cmp(b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a >= b) && a.iter().zip(b).any(|(a, b)| a > b)
}

/// How far `sample` falls short of `reference`: `‖max(reference − sample, 0)‖₂`.
fn shortfall(sample: &[f64], reference: &[f64]) -> f64 {
    sample.iter().zip(reference).map(|(s, r)| (r - s).max(0.0).powi(2)).sum::<f64>().sqrt()
}

fn mean_of_nearest<A: AsRef<[f64]>, B: AsRef<[f64]>>(
    from: &[A],
    to: &[B],
    distance: impl Fn(&[f64], &[f64]) -> f64,
) -> Option<f64> {
    let nearest = |a: &A| to.iter().map(|b| distance(a.as_ref(), b.as_ref())).fold(f64::INFINITY, f64::min);
    (!from.is_empty() && !to.is_empty()).then(|| from.iter().map(nearest).sum::<f64>() / from.len() as f64)
}

/// GD+: the mean over samples of how far they fall short of the nearest point of the front (op-gfn §4). `None` if there
/// are no samples or no front.
pub fn generational_distance<A: AsRef<[f64]>, B: AsRef<[f64]>>(samples: &[A], front: &[B]) -> Option<f64> {
    mean_of_nearest(samples, front, shortfall)
}

/// IGD+: the mean over the front of how far the nearest sample falls short of it. `None` if there are no samples or no
/// front.
pub fn inverted_generational_distance<A: AsRef<[f64]>, B: AsRef<[f64]>>(samples: &[A], front: &[B]) -> Option<f64> {
    mean_of_nearest(front, samples, |reference, sample| shortfall(sample, reference))
}

/// The larger of GD+ and IGD+, reported as averaged Hausdorff distance.
pub fn averaged_hausdorff<A: AsRef<[f64]>, B: AsRef<[f64]>>(samples: &[A], front: &[B]) -> Option<f64> {
    Some(generational_distance(samples, front)?.max(inverted_generational_distance(samples, front)?))
}

/// PC-entropy: the entropy, in nats, of how samples spread over the points of the front that are nearest to them (in
/// Euclid's distance, the first of equally near ones). `None` if there are no samples or no front.
pub fn cluster_entropy<A: AsRef<[f64]>, B: AsRef<[f64]>>(samples: &[A], front: &[B]) -> Option<f64> {
    if samples.is_empty() || front.is_empty() {
        return None;
    }
    let mut counts = vec![0.0; front.len()];
    for sample in samples {
        let distance = |reference: &B| -> f64 {
            sample.as_ref().iter().zip(reference.as_ref()).map(|(s, r)| (s - r).powi(2)).sum()
        };
        let distances: Vec<f64> = front.iter().map(distance).collect();
        let nearest = (1..front.len()).fold(0, |best, i| if distances[i] < distances[best] { i } else { best });
        counts[nearest] += 1.0;
    }
    let shares = counts.iter().filter(|c| **c > 0.0).map(|c| c / samples.len() as f64);
    Some(shares.map(|p| -p * p.ln()).sum::<f64>() + 0.0)
}

/// The reference for problems whose front is unknown: the far faces of the unit cube with `per_axis` points along each
/// axis (op-gfn takes 10). Empty for more than four objectives or fewer than two points.
pub fn unit_cube_faces(objectives: usize, per_axis: usize) -> Vec<Vec<f64>> {
    if objectives == 0 || objectives > 4 || !(2..=32).contains(&per_axis) {
        return Vec::new();
    }
    let point = |index: usize| -> Vec<usize> {
        (0..objectives as u32).map(|axis| index / per_axis.pow(axis) % per_axis).collect()
    };
    (0..per_axis.pow(objectives as u32))
        .map(point)
        .filter(|p| p.contains(&(per_axis - 1)))
        .map(|p| p.into_iter().map(|i| i as f64 / (per_axis - 1) as f64).collect())
        .collect()
}

/// The area or volume between the points and the origin, of two or three objectives; parts below 0 do not count. `None`
/// for another number of objectives.
pub fn hypervolume<P: AsRef<[f64]>>(points: &[P]) -> Option<f64> {
    let objectives = points.first().map_or(2, |p| p.as_ref().len());
    if points.iter().any(|p| p.as_ref().len() != objectives) {
        return None;
    }
    let mut positive: Vec<&[f64]> = points.iter().map(AsRef::as_ref).filter(|p| p.iter().all(|&v| v > 0.0)).collect();
    match objectives {
        2 => Some(area(positive.iter().map(|p| (p[0], p[1])).collect())),
        3 => {
            // Slices along the third axis, from the top: in each, the area of all points that reach it.
            positive.sort_by(|a, b| b[2].total_cmp(&a[2]));
            let mut volume = 0.0;
            for (i, point) in positive.iter().enumerate() {
                let height = point[2] - positive.get(i + 1).map_or(0.0, |next| next[2]);
                if height > 0.0 {
                    volume += height * area(positive[..=i].iter().map(|p| (p[0], p[1])).collect());
                }
            }
            Some(volume)
        }
        _ => None,
    }
}

fn area(mut points: Vec<(f64, f64)>) -> f64 {
    points.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut top, mut area) = (0.0, 0.0);
    for (x, y) in points {
        if y > top {
            area += x * (y - top);
            top = y;
        }
    }
    area
}
