//! The authors' network, the invariances of spec §7.5, and training and sampling in little.

use std::{collections::BTreeMap, f64::consts::TAU, sync::Arc};

use burn::tensor::{Device, Shape, Tensor, TensorData};
use catalog::SampleRequest;
use proptest::prelude::*;
use samples::structure::{Crystal, Element, Lattice};
use samples::{Inputs, Sample};
use serde::Deserialize;

use super::{
    CoordinateFlow, CrysBfn, CrystalConfig, CrystalTrainer, CspNet, EncodedCrystal, Generation, LatticeForm, Plateau,
    Strategy, Task, TimeInput, encode,
    network::{Beliefs, Prediction},
    process::{self, Coordinates, Process},
};
use crate::{Model, Pending, sampling, seed};

fn tiny(task: Task, lattice: LatticeForm) -> CrystalConfig {
    CrystalConfig {
        task,
        hidden: 16,
        layers: 2,
        frequencies: 4,
        time_width: 8,
        time: TimeInput::Share,
        lattice,
        coordinates: CoordinateFlow::LinearEntropy,
        entropy_conditioning: true,
        element_features: true,
        elements: vec![8, 22, 38],
        type_accuracy: 0.5,
        steps: vec![6],
        atom_counts: vec![(5, 1.0)],
    }
}

const MATRIX: LatticeForm = LatticeForm::Matrix { scale: 2.0 };
const INVARIANTS: LatticeForm =
    LatticeForm::Invariants { mean: [1.4, 1.4, 1.4, 90.0, 90.0, 90.0], scale: [0.1, 0.1, 0.1, 10.0, 10.0, 10.0] };

fn random<const D: usize>(shape: [usize; D], stream: u64) -> Tensor<D> {
    let values = seed::standard_normal(&mut seed::stream(11, stream), shape.iter().product());
    Tensor::from_data(TensorData::new(values, Shape::from(shape)), &Device::flex())
}

/// Random beliefs about two crystals of four atoms.
fn beliefs(config: &CrystalConfig, stream: u64) -> Beliefs {
    let theta = burn::tensor::activation::softmax(random([2, 4, config.classes()], 100 + stream), 2);
    Beliefs {
        types: encode::type_input(theta, config),
        angles: random([2, 4, 3], 200 + stream),
        certainty: random([2, 4, 3], 300 + stream),
        lattice: random([2, config.lattice.width()], 400 + stream),
        time: random([2, config.time_width], 500 + stream),
    }
}

fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.clone().into_data().iter::<f32>().collect()
}

fn difference<const D: usize>(a: &Tensor<D>, b: &Tensor<D>) -> f32 {
    values(a).iter().zip(values(b)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn network(config: &CrystalConfig) -> CspNet {
    CspNet::random(config, &mut seed::stream(12, 0), &Device::flex())
}

fn flow(config: &CrystalConfig, steps: usize) -> Arc<Coordinates> {
    Arc::new(Coordinates::new(config.coordinates, steps))
}

fn types(prediction: &Prediction) -> Tensor<3> {
    prediction.types.clone().expect("ab initio")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_shift_of_all_atoms_shifts_the_prediction(shift in -3.0..3.0f32, stream in 0u64..50, matrix: bool) {
        let config = tiny(Task::AbInitio, if matrix { MATRIX } else { INVARIANTS });
        let (network, before) = (network(&config), beliefs(&config, stream));
        let mut after = before.clone();
        after.angles = after.angles.add_scalar(shift);
        let (a, b) = (network.forward(&before, &config), network.forward(&after, &config));
        prop_assert!(difference(&a.angles.clone().add_scalar(shift), &b.angles) < 1e-4);
        prop_assert!(difference(&a.lattice, &b.lattice) < 1e-4);
        prop_assert!(difference(&types(&a), &types(&b)) < 1e-4);
    }

    #[test]
    fn whole_turns_change_nothing(turns in proptest::collection::vec(-2i32..3, 24), stream in 0u64..50) {
        let config = tiny(Task::AbInitio, MATRIX);
        let (network, before) = (network(&config), beliefs(&config, stream));
        let turns: Vec<f64> = turns.into_iter().map(|n| TAU * f64::from(n)).collect();
        let turns = encode::tensor(&turns, [2, 4, 3], &Device::flex());
        let mut after = before.clone();
        after.angles = after.angles + turns.clone();
        let (a, b) = (network.forward(&before, &config), network.forward(&after, &config));
        prop_assert!(difference(&(a.angles.clone() + turns), &b.angles) < 1e-4);
        prop_assert!(difference(&a.lattice, &b.lattice) < 1e-4);
        prop_assert!(difference(&types(&a), &types(&b)) < 1e-4);
    }

    #[test]
    fn atoms_have_no_order(rotate in 1usize..4, stream in 0u64..50) {
        let config = tiny(Task::AbInitio, INVARIANTS);
        let (network, before) = (network(&config), beliefs(&config, stream));
        let permute = |x: Tensor<3>| Tensor::cat(vec![x.clone().narrow(1, rotate, 4 - rotate), x.narrow(1, 0, rotate)], 1);
        let after = Beliefs {
            types: permute(before.types.clone()),
            angles: permute(before.angles.clone()),
            certainty: permute(before.certainty.clone()),
            ..before.clone()
        };
        let (a, b) = (network.forward(&before, &config), network.forward(&after, &config));
        prop_assert!(difference(&permute(a.angles.clone()), &b.angles) < 1e-4);
        prop_assert!(difference(&permute(types(&a)), &types(&b)) < 1e-4);
        prop_assert!(difference(&a.lattice, &b.lattice) < 1e-4);
    }

    #[test]
    fn the_predicted_cell_turns_with_the_cell(angle in -3.0..3.0f32, axis in 0usize..3, stream in 0u64..50) {
        let config = tiny(Task::AbInitio, MATRIX);
        let (network, before) = (network(&config), beliefs(&config, stream));
        let (sin, cos) = angle.sin_cos();
        let mut q = [[0.0; 3]; 3];
        q[axis][axis] = 1.0;
        let (i, j) = ((axis + 1) % 3, (axis + 2) % 3);
        (q[i][i], q[i][j], q[j][i], q[j][j]) = (cos, sin, -sin, cos);
        let q = Tensor::<3>::from_data([q, q], &Device::flex());
        let turn = |lattice: Tensor<2>| lattice.reshape([2, 3, 3]).matmul(q.clone()).reshape([2, 9]);
        let after = Beliefs { lattice: turn(before.lattice.clone()), ..before.clone() };
        let (a, b) = (network.forward(&before, &config), network.forward(&after, &config));
        prop_assert!(difference(&turn(a.lattice.clone()), &b.lattice) < 1e-4);
        prop_assert!(difference(&a.angles, &b.angles) < 1e-4);
        prop_assert!(difference(&types(&a), &types(&b)) < 1e-4);
    }
}

/// One forward pass of the authors' network, see `fixtures/README.md`.
#[derive(Deserialize)]
struct Forward {
    step: Vec<usize>,
    time: Vec<f64>,
    angles: Vec<f64>,
    certainty: Vec<f64>,
    lattice: Vec<f64>,
    theta: Vec<f64>,
    lattice_out: Vec<f64>,
    shift: Vec<f64>,
    types_out: Vec<f64>,
}

#[cfg(feature = "native")]
#[test]
fn the_authors_checkpoints_give_the_authors_numbers() {
    let passes: BTreeMap<String, Forward> =
        serde_json::from_str(include_str!("fixtures/forward.json")).expect("the fixture decodes");
    let device = Device::flex();
    for (name, task) in [("ab_initio", Task::AbInitio), ("csp", Task::StructurePrediction)] {
        let pass = &passes[name];
        let config = CrystalConfig {
            hidden: 8,
            elements: vec![1, 2, 3, 4, 5],
            element_features: false,
            time: TimeInput::Index,
            ..tiny(task, MATRIX)
        };
        let file =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/systems/crysbfn/fixtures/{name}.ckpt"));
        let network = super::import::read(&config, &file).expect("the checkpoint fits");
        let time: Vec<f32> = pass.step.iter().flat_map(|&step| encode::time_embedding(step, 20, &config)).collect();
        for (ours, theirs) in time.iter().zip(&pass.time) {
            assert!((f64::from(*ours) - theirs).abs() < 1e-6);
        }
        let theta = encode::tensor(&pass.theta, [2, 3, 5], &device);
        let beliefs = Beliefs {
            types: encode::type_input(theta, &config),
            angles: encode::tensor(&pass.angles, [2, 3, 3], &device),
            certainty: encode::tensor(&pass.certainty, [2, 3, 3], &device),
            lattice: encode::tensor(&pass.lattice, [2, 9], &device),
            time: encode::tensor(&pass.time, [2, 8], &device),
        };
        let ours = network.forward(&beliefs, &config);
        let shift = ours.angles.clone() - beliefs.angles.clone();
        assert!(difference(&shift, &encode::tensor(&pass.shift, [2, 3, 3], &device)) < 1e-4, "{name}: coordinates");
        let lattice = encode::tensor(&pass.lattice_out, [2, 9], &device);
        assert!(difference(&ours.lattice, &lattice) < 1e-4, "{name}: cell");
        match ours.types {
            Some(types) => {
                assert!(
                    difference(&types, &encode::tensor(&pass.types_out, [2, 3, 5], &device)) < 1e-4,
                    "{name}: types"
                );
            }
            None => assert_eq!(task, Task::StructurePrediction),
        }
    }
}

/// A perovskite, SrTiO₃.
fn perovskite() -> Crystal {
    let lattice = Lattice::from_parameters([3.9; 3], [90.0; 3]).expect("a cell");
    let elements = [38, 22, 8, 8, 8].map(|z| Element::new(z).expect("an element")).to_vec();
    let sites = vec![[0.0; 3], [0.5; 3], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]];
    Crystal::new(lattice, elements, sites).expect("a crystal")
}

#[test]
fn crystals_come_back_from_their_numbers() {
    for lattice in [MATRIX, INVARIANTS] {
        let config = tiny(Task::StructurePrediction, lattice);
        let crystal = perovskite();
        let encoded = encode::crystal(&crystal, &config).expect("encodes");
        let back = encode::decode(&encoded.classes, &encoded.angles, &encoded.lattice, &config).expect("decodes");
        assert_eq!(back.elements(), crystal.elements());
        for (a, b) in
            back.fractional_coordinates().iter().flatten().zip(crystal.fractional_coordinates().iter().flatten())
        {
            let d = (a - b).abs();
            assert!(d.min(1.0 - d) < 1e-12);
        }
        assert!((back.lattice().volume() - crystal.lattice().volume()).abs() < 1e-9);
    }
    let gold =
        Crystal::new(*perovskite().lattice(), vec![Element::new(79).expect("gold")], vec![[0.0; 3]]).expect("fcc");
    assert!(encode::crystal(&gold, &tiny(Task::StructurePrediction, MATRIX)).is_err());
}

/// Trains on one crystal; answers with the trainer and the mean losses of the first and the last steps.
fn train(config: &CrystalConfig, steps: u64) -> (CrystalTrainer, f64, f64) {
    let crystal = encode::crystal(&perovskite(), config).expect("encodes");
    let batch: Vec<&EncodedCrystal> = vec![&crystal; 16];
    let mut trainer = CrystalTrainer::new(config.clone(), &mut seed::stream(13, 0), &Device::flex());
    let losses: Vec<f64> =
        (1..=steps).map(|step| trainer.step(&batch, 3e-3, &mut seed::stream(13, step)).loss).collect();
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let tenth = losses.len() / 10;
    (trainer, mean(&losses[..tenth]), mean(&losses[losses.len() - tenth..]))
}

#[test]
fn every_preset_of_the_catalogue_has_its_sizes() {
    let config = |preset: &str| CrystalConfig::of_preset(preset).expect("known");
    let system = catalog::systems::crysbfn::system();
    for preset in &system.presets {
        let config = config(preset.name);
        assert_eq!(config.is_paper(), !preset.shipped, "{}", preset.name);
        assert_eq!(config.steps.contains(&20), preset.shipped, "{}", preset.name);
        let model = catalog::systems::crysbfn::Model::of(preset.name).expect("known");
        assert_eq!((config.task, &config.elements), (model.task, &model.data.elements()), "{}", preset.name);
        let formula = Element::new(config.elements[0]).expect("an element").symbol();
        let parameters = serde_json::json!({ "composition": formula, "steps": config.steps[0] });
        let takes_formula = system.check_parameters(preset, &parameters).is_ok();
        assert_eq!(takes_formula, config.task == Task::StructurePrediction, "{}", preset.name);
    }
    // Classes, largest cell and crystals that the authors' configurations list.
    for (preset, classes, atoms, crystals) in [
        ("paper", 89, 20, 45_229.0),
        ("paper-csp", 89, 20, 45_229.0),
        ("paper-mpts-csp", 89, 52, 40_476.0),
        ("paper-perov", 56, 5, 18_928.0),
        ("paper-perov-csp", 56, 5, 18_928.0),
        ("paper-carbon", 1, 24, 10_153.0),
    ] {
        let config = config(preset);
        let (last, total) = config.atom_counts.iter().fold((0, 0.0), |(_, sum), &(atoms, n)| (atoms, sum + n));
        assert_eq!((config.classes(), last, total), (classes, atoms, crystals), "{preset}");
    }
}

/// What differs only in meaning must not be taken for another.
#[test]
fn weights_of_an_ablation_are_refused_by_the_others() {
    let device = Device::flex();
    let network = CspNet::random(&CrystalConfig::perov_small(), &mut seed::stream(0, 0), &device);
    let bytes = crate::weights::to_safetensors(&network, burn::tensor::DType::F16).expect("a file");
    let signed = crate::weights::for_preset(&bytes, "perov-gaussian").expect("a file");
    let load = |preset, bytes: &[u8]| super::load(preset, bytes.to_vec(), &device).map(|_| ());
    load("perov-small", &bytes).expect("an unsigned file is taken as it is");
    load("perov-gaussian", &signed).expect("its own");
    let error = load("perov-small", &signed).expect_err("another's").to_string();
    assert!(error.contains("perov-gaussian"), "{error}");
}

#[test]
fn every_variant_learns() {
    let base = tiny(Task::StructurePrediction, INVARIANTS);
    for config in [
        base.clone(),
        CrystalConfig { task: Task::AbInitio, ..base.clone() },
        CrystalConfig { lattice: MATRIX, ..base.clone() },
        CrystalConfig { entropy_conditioning: false, ..base.clone() },
        CrystalConfig { coordinates: CoordinateFlow::ExponentialAccuracy, ..base.clone() },
        CrystalConfig { coordinates: CoordinateFlow::Gaussian, ..base },
    ] {
        let (_, first, last) = train(&config, 120);
        assert!(last < 0.7 * first, "{config:?}: from {first} to {last}");
    }
}

#[test]
fn the_cell_and_the_sites_of_one_crystal_are_learnt() {
    let config = tiny(Task::StructurePrediction, INVARIANTS);
    let (trainer, ..) = train(&config, 2000);
    let network = trainer.averaged();
    let classes = encode::crystal(&perovskite(), &config).expect("encodes").classes;
    // The vanilla sampler keeps the doubts of a small training and leaves atoms between the sites.
    for strategy in [Strategy::EndBack, Strategy::Mix] {
        let rngs = vec![seed::stream(14, 0)];
        let mut generation =
            Generation::start(network.clone(), &config, Some(&classes), 5, flow(&config, 10), strategy, rngs)
                .expect("starts");
        for _ in 0..10 {
            generation.step();
        }
        let prediction = generation.prediction().expect("done");
        let angles = values(&prediction.angles);
        // Every site of the perovskite is a whole or a half cell from every other. Which of the two, a network of this
        // size and training does not always know: it snaps each atom to the nearest.
        for (atom, axis) in (1..5).flat_map(|atom| (0..3).map(move |axis| (atom, axis))) {
            let apart = 2.0 * f64::from(angles[3 * atom + axis] - angles[axis]) / TAU;
            assert!((apart - apart.round()).abs() < 0.2, "{strategy:?}: atom {atom} is {} cells away", apart / 2.0);
        }
        let numbers: Vec<f64> = values(&prediction.lattice).into_iter().map(f64::from).collect();
        let edges = encode::lattice(&numbers, &config.lattice).expect("a cell").lengths();
        assert!(edges.iter().all(|edge| (edge - 3.9).abs() < 0.2), "{strategy:?}: {edges:?}");
    }
}

#[test]
fn a_sample_does_not_depend_on_its_company() {
    for (task, coordinates) in [
        (Task::StructurePrediction, CoordinateFlow::LinearEntropy),
        (Task::AbInitio, CoordinateFlow::LinearEntropy),
        (Task::AbInitio, CoordinateFlow::Gaussian),
    ] {
        let config = CrystalConfig { coordinates, ..tiny(task, INVARIANTS) };
        let network = network(&config);
        for strategy in [Strategy::EndBack, Strategy::Vanilla, Strategy::Mix] {
            let run = |indices: std::ops::Range<u64>| {
                let count = indices.clone().count();
                let classes = [2, 1, 0, 0, 0].repeat(count);
                let given = (task == Task::StructurePrediction).then_some(classes.as_slice());
                let rngs = indices.map(|i| seed::stream(15, i)).collect();
                let flow = flow(&config, 6);
                let mut generation =
                    Generation::start(network.clone(), &config, given, 5, flow, strategy, rngs).expect("starts");
                for _ in 0..6 {
                    generation.step();
                }
                values(&generation.prediction().expect("done").angles)
            };
            let (all, alone) = (run(0..3), run(2..3));
            for (a, b) in all[30..].iter().zip(&alone) {
                assert!((a - b).abs() < 1e-4, "{task:?}, {strategy:?}");
            }
        }
    }
}

#[test]
fn many_samples_are_those_made_one_by_one() {
    // More than one batch of each size, and sizes that alternate.
    let base = tiny(Task::AbInitio, INVARIANTS);
    let config = CrystalConfig { atom_counts: vec![(3, 1.0), (4, 1.0)], ..base };
    let model = CrysBfn::new(config.clone(), network(&config));
    let request = SampleRequest {
        system: "crysbfn".to_owned(),
        preset: "perov-ab-initio-small".to_owned(),
        parameters: serde_json::json!({ "steps": 6 }),
        seed: 18,
        count: 90,
        device: Default::default(),
    };
    // The next batch ends where the size changes.
    let atoms = |index: u64| match &model.sample_many(&request, &Inputs::default(), index..index + 1).expect("one")[0] {
        Ok(Sample::Crystal(crystal)) => crystal.elements().len(),
        other => panic!("{other:?}"),
    };
    let sizes: Vec<usize> = (5..12).map(atoms).collect();
    let run = sizes.iter().take_while(|&&size| size == sizes[0]).count();
    let mut batch = model.sample(&request, &Inputs::default(), 5..12).expect("a batch");
    assert_eq!(batch.size(), run, "{sizes:?}");
    while batch.step().expect("steps").done < batch.total_steps() {}
    let looks = batch.previews().and_then(|looks| looks.read().ok()).expect("something to see");
    assert_eq!(looks.len(), run);
    let batch = batch.finish().and_then(Pending::read).expect("finishes");
    let many = model.sample_many(&request, &Inputs::default(), 5..90).expect("samples");
    assert_eq!(many.len(), 85);
    for (one, other) in batch.iter().zip(&many) {
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }
    for index in [5, 6, 7, 50, 88, 89] {
        let one = model.sample_many(&request, &Inputs::default(), index..index + 1).and_then(sampling::only);
        match (&many[index as usize - 5], one) {
            (Ok(Sample::Crystal(many)), Ok(Sample::Crystal(one))) => {
                assert_eq!(many.elements(), one.elements());
                let rows = |crystal: &Crystal| crystal.lattice().rows().iter().flatten().copied().collect::<Vec<_>>();
                assert!(rows(many).iter().zip(rows(&one)).all(|(a, b)| (a - b).abs() < 1e-3), "sample {index}");
            }
            (many, one) => panic!("sample {index}: {many:?} among many, {one:?} alone"),
        }
    }
}

/// A request's memory is bounded whatever it asks for: large cells are made few at once.
#[test]
fn large_cells_are_made_few_at_once() {
    let config = tiny(Task::AbInitio, INVARIANTS);
    let model = CrysBfn::new(config.clone(), network(&config));
    let at_once = |atoms: usize| {
        let request = SampleRequest {
            system: "crysbfn".to_owned(),
            preset: "perov-ab-initio-small".to_owned(),
            parameters: serde_json::json!({ "steps": 6, "atoms": atoms }),
            seed: 1,
            count: 100,
            device: Default::default(),
        };
        model.sample(&request, &Inputs::default(), 0..100).expect("starts").size()
    };
    assert_eq!([1, 5, 24, 25, 64].map(at_once), [64, 64, 64, 58, 9]);
}

#[test]
fn impossible_generations_are_refused() {
    let config = CrystalConfig { time: TimeInput::Index, ..tiny(Task::StructurePrediction, INVARIANTS) };
    let start = |classes: Option<&[usize]>, atoms, steps| {
        let (network, flow, rngs) = (network(&config), flow(&config, steps), vec![seed::stream(0, 0)]);
        Generation::start(network, &config, classes, atoms, flow, Strategy::EndBack, rngs)
    };
    assert!(start(Some(&[0, 1]), 2, 6).is_ok());
    assert!(start(Some(&[0, 1]), 2, 7).is_err(), "trained for 6 steps only");
    assert!(start(Some(&[0]), 2, 6).is_err());
    assert!(start(None, 2, 6).is_err());
    assert!(start(Some(&[]), 0, 6).is_err());
}

#[test]
fn trainer_resumes_to_the_same_weights() {
    let config = tiny(Task::AbInitio, INVARIANTS);
    let crystal = encode::crystal(&perovskite(), &config).expect("encodes");
    let batch = vec![&crystal; 4];
    let start = || CrystalTrainer::new(config.clone(), &mut seed::stream(16, 0), &Device::flex());
    let step = |trainer: &mut CrystalTrainer, n: u64| trainer.step(&batch, 1e-3, &mut seed::stream(16, n)).loss;
    let mut whole = start();
    let losses: Vec<f64> = (1..=4).map(|n| step(&mut whole, n)).collect();
    let mut first = start();
    step(&mut first, 1);
    step(&mut first, 2);
    let parts: BTreeMap<_, _> = first.to_parts().expect("serialises").into_iter().collect();
    let fresh = CrystalTrainer::new(config.clone(), &mut seed::stream(77, 0), &Device::flex());
    let mut second =
        fresh.load_parts::<burn::store::RecordError>(|name| Ok(parts[name].clone())).expect("the parts fit");
    for n in 3..=4 {
        let got = step(&mut second, n);
        assert!((got - losses[n as usize - 1]).abs() < 1e-4 * got.abs(), "step {n}: {got}");
    }
    let apart = |a: &CspNet, b: &CspNet| {
        let (a, b) = (super::objective::flatten(a), super::objective::flatten(b));
        a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    };
    assert!(apart(&whole.network(), &second.network()) < 1e-6);
    assert!(apart(&whole.averaged(), &second.averaged()) < 1e-6);
    assert!(apart(&whole.averaged(), &whole.network()) > 1e-4);
}

#[test]
fn plateau_lowers_the_rate() {
    let mut plateau = Plateau::new(1e-3, 5e-4, 2);
    for loss in [3.0, 2.0, 2.0, 2.0] {
        plateau.observe(loss);
    }
    assert_eq!(plateau.learning_rate, 1e-3);
    plateau.observe(2.0);
    assert!((plateau.learning_rate - 6e-4).abs() < 1e-12);
    for _ in 0..3 {
        plateau.observe(2.0);
    }
    assert_eq!(plateau.learning_rate, 5e-4);
}

#[test]
fn beliefs_sharpen_with_time() {
    // The loss weight's n αA(α): spec §3.
    let config = CrystalConfig { steps: vec![10], ..tiny(Task::StructurePrediction, INVARIANTS) };
    let process = Process::new(&config);
    let crystal = encode::crystal(&perovskite(), &config).expect("encodes");
    let batch = vec![&crystal; 400];
    let (beliefs, targets) = process.corrupt(&batch, &mut seed::stream(17, 0), &Device::flex());
    let weights = values(&targets.angle_weights);
    let schedule = crate::bayesian_flow::AccuracySchedule::linear_entropy(10);
    let expected = |alpha: f64| (10.0 * alpha * crate::bayesian_flow::von_mises::mean_length(alpha)) as f32;
    let certainty = values(&beliefs.certainty);
    let mut sums = [(0.0, 0); 10];
    for (weight, certainty) in weights.iter().zip(certainty.chunks(15)) {
        let step = schedule.alphas().iter().position(|&a| (expected(a) - weight).abs() < 1e-3 * weight);
        let step = step.expect("the weight of one of the ten steps");
        sums[step].0 += certainty.iter().sum::<f32>() / 15.0;
        sums[step].1 += 1;
    }
    let means: Vec<f32> = sums.iter().map(|(sum, count)| sum / *count as f32).collect();
    assert!(means[0].abs() < 1e-6, "nothing is known before the first step");
    assert!(means.windows(2).all(|pair| pair[0] < pair[1]), "{means:?}");
    assert!(means[9] < 1.0);
}

#[test]
fn what_is_shown_of_certainty_is_the_share_of_what_will_be_known() {
    let exact = |certainty| crate::bayesian_flow::periodic::information(certainty, process::LAST);
    let shown = |certainty| process::shown(CoordinateFlow::LinearEntropy, certainty);
    for i in 0..=3000 {
        let certainty = f64::from(i) / 3000.0;
        assert!((shown(certainty) - exact(certainty)).abs() < 1e-4, "{certainty}");
    }
    assert_eq!((shown(0.0), shown(1.1)), (0.0, shown(1.0)));
    assert!((shown(1.0) - 1.0).abs() < 1e-9, "{}", shown(1.0));
}
