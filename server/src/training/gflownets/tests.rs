use burn::tensor::Device;
use models::systems::{fl_gfn, oc_gfn};

use super::{Options, Table, orders, outcomes, sets};

const QUICK: Options = Options { seeds: 2, quick: true };

fn shipped(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../assets/weights/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn mean(table: &Table, row: &str, column: &str) -> f64 {
    let at = table.columns.iter().position(|c| c.name == column).unwrap();
    let row = table.rows.iter().find(|r| r.name.starts_with(row)).unwrap();
    row.values[at].unwrap().mean
}

#[test]
fn sets_stand_beside_their_exact_answers() {
    let model = fl_gfn::load("set-small", vec![], &Device::flex()).unwrap();
    let [table] = &sets::compare(model.as_ref(), "set-small", QUICK).unwrap()[..] else { panic!("one table") };
    assert_eq!(table.rows.len(), 5);
    assert!((table.columns[0].exact.unwrap() - 11.892389).abs() < 1e-6);
    assert!(table.rows.iter().all(|row| row.values.iter().all(|value| value.unwrap().count == 2)));
    let released = mean(table, "forward-looking, as released", "top_100");
    assert!(released > mean(table, "forward-looking", "top_100"), "the released learner is greedier:\n{table}");
}

#[test]
fn the_sum_over_outcomes_is_nearly_exact_and_the_card_tells_what_it_cost() {
    let model = oc_gfn::read("grid-8", &shipped("oc-gfn/grid-8/weights.safetensors")).unwrap();
    let card = serde_json::from_slice(&shipped("oc-gfn/grid-8/card.json")).unwrap();
    let pretraining = outcomes::pretraining(&card).unwrap();
    let tables = outcomes::compare(&model, "grid-8", pretraining, QUICK).unwrap();
    assert!(mean(&tables[0], "pre-trained", "success") > 0.98);
    assert_eq!(tables.len(), 5, "success and four rewards");
    for table in &tables[1..] {
        assert!(mean(table, "adapted, sum", "TV") < 0.02, "{table}");
        let steps = [mean(table, "adapted, amortised", "transitions"), mean(table, "from scratch", "transitions")];
        assert!(steps.iter().all(|&transitions| transitions > 16.0 * 100.0), "{table}");
    }
    assert!(outcomes::pretraining(&serde_json::json!({})).is_err());
}

#[test]
fn a_search_beats_chance_and_needs_its_accuracies() {
    let once = Options { seeds: 1, ..QUICK };
    let tables = orders::compare(&shipped("op-gfn/cell/weights.safetensors"), "cell", once).unwrap();
    let [table] = &tables[..] else { panic!("one table") };
    assert!((table.columns[0].exact.unwrap() - 94.373).abs() < 1e-3);
    let (order, chance) = (mean(table, "order-preserving", "best of 564"), mean(table, "at random", "best of 564"));
    // op-gfn's spec §4: 564 cells at random hold 94.125 on average.
    assert!((chance - 94.125).abs() < 0.05 && order > chance, "{table}");
    assert!(orders::compare(&[], "cell", QUICK).is_err());
}

#[test]
fn corners_of_a_grid_have_the_mass_of_the_spec() {
    let tables = orders::compare(&[], "hyper-grid", QUICK).unwrap();
    let mass = mean(&tables[0], "R/Z itself", "best_mass");
    assert!((mass - 0.244).abs() < 5e-4, "the sixteen corners of the 4-D grid hold {mass}");
}
