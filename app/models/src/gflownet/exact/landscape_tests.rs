//! Known numbers of the published landscapes (op-gfn §4, oc-gfn §5).

use std::{io::Read, sync::Arc};

use flate2::read::GzDecoder;

use super::{Graph, best_mean, expectation, flows_backward, target_law, terminating_law};
use crate::gflownet::{
    environment::{Bag, BagReward, NatsCell, Shaping, TableReward, landscapes, reward_table::min_max},
    metrics::{local_maxima, total_variation},
};

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

fn read_gz(file: &str) -> String {
    let path = format!("{}/../../assets/data/gflownets/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(&path).expect(&path)).read_to_string(&mut text).expect(&path);
    text
}

#[test]
fn the_binding_landscape_of_six6_has_its_known_numbers() {
    let words = Arc::new(landscapes::binding_words().unwrap());
    let table = read_gz("tfbind8_30factors.tsv.gz");
    assert_eq!(landscapes::binding_factors(&table).len(), 30);
    let scores = min_max(&landscapes::binding_scores(&table, "SIX6").unwrap());
    close(best_mean(scores.iter().copied(), scores.len()).unwrap(), 0.4638, 5e-5);
    close(best_mean(scores.iter().copied(), 100).unwrap(), 0.9837, 5e-5);
    for (exponent, log_z, mean) in [(3.0, 11.4621, 0.6473), (1.0, 12.6246, 0.5291)] {
        let shaping = Shaping { floor: 1e-3, exponent, maximum: 10.0 };
        let reward = TableReward::from_log(words.clone(), shaping.log_rewards(&scores).unwrap()).unwrap();
        let (law, ours) = target_law(reward.log_rewards());
        close(ours, log_z, 5e-5);
        close(expectation(&law, &scores), mean, 5e-5);
    }
    let peaks = local_maxima(&scores, 4, 8, 0.889);
    assert!(!peaks.is_empty() && peaks.iter().all(|&w| scores[w] >= 0.889));
    let error = landscapes::binding_scores(&table, "SIX7").unwrap_err().to_string();
    assert!(error.starts_with("there is no factor `SIX7`: there are ARX, BCL6"), "{error}");
}

#[test]
fn the_gap_landscape_of_qm9_has_its_known_numbers() {
    let gaps = landscapes::gap_scores(&read_gz("qm9str_gap.csv.gz")).unwrap();
    assert_eq!(gaps.len(), 161_051);
    assert_eq!(gaps.iter().filter(|g| **g <= 0.0).count(), 607);
    assert_eq!(gaps.iter().filter(|g| **g > 9.13029).count(), 805);
    close(best_mean(gaps.iter().copied(), 100).unwrap(), 11.6525, 5e-5);
    let shaping = Shaping { floor: 1e-3, exponent: 5.0, maximum: 100.0 };
    let (law, log_z) = target_law(&shaping.log_rewards(&gaps).unwrap());
    close(log_z, 11.9267, 5e-5);
    close(expectation(&law, &gaps), 7.6237, 5e-5);
}

#[test]
fn the_architectures_have_their_known_accuracies() {
    let table = read_gz("nats_bench_tss_200epochs.csv.gz");
    for (task, best, mean) in [(0, 94.373, 87.06), (1, 73.513, 61.41), (2, 47.311, 33.59)] {
        let accuracies = landscapes::cell_accuracies(&table, task).unwrap();
        close(best_mean(accuracies.iter().copied(), 1).unwrap(), best, 1e-3);
        close(best_mean(accuracies.iter().copied(), accuracies.len()).unwrap(), mean, 1e-2);
        assert!(TableReward::new(Arc::new(NatsCell), &accuracies).is_ok());
    }
    assert!(landscapes::cell_accuracies(&table, 3).is_err());
}

#[test]
fn the_bag_has_its_known_log_z() {
    let bag = Bag::published();
    let graph = Graph::enumerate(&bag, 100_000).unwrap();
    let reward = BagReward::published();
    let log_rewards = graph.log_rewards(&reward);
    let count = |value: f64| log_rewards.iter().filter(|r| (r.exp() / value - 1.0).abs() < 1e-9).count();
    assert_eq!([count(0.01), count(10.0), count(30.0)], [20_664, 3_308, 3_160]);
    let (law, log_z) = target_law(&log_rewards);
    close(log_z, 11.7605, 5e-5);
    close(expectation(&law, &log_rewards.iter().map(|r| r.exp()).collect::<Vec<_>>()), 24.786, 5e-4);
    let flows = flows_backward(&graph, &log_rewards, &graph.uniform_backward());
    assert!(total_variation(&terminating_law(&graph, &flows.log_forward), &law) < 1e-12);
}
