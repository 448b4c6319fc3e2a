//! The paper's identities, and parity with the authors' code (recipes in `fixtures/README.md`).

use std::collections::BTreeMap;

use burn::{
    module::{Module, Param},
    nn::BatchNorm,
    tensor::{Device, Tensor, TensorData},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Discriminator, GanConfig, GanTrainer, Generator, PorousGan, Schedule, encode,
    network::{Faces, Pass},
};
use crate::{Model, seed, weights};

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().unwrap()
}

fn max_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn small(device: &Device) -> PorousGan {
    PorousGan {
        config: GanConfig::SMALL,
        generator: Generator::random(&GanConfig::SMALL, &mut seed::stream(3, 0), device),
    }
}

fn noise(config: &GanConfig, cells: usize, seed: u64, device: &Device) -> Tensor<5> {
    let channels = config.latent_channels;
    let values = seed::standard_normal(&mut seed::stream(seed, 0), channels * cells.pow(3));
    Tensor::from_data(TensorData::new(values, [1, channels, cells, cells, cells]), device)
}

#[test]
fn sides_follow_the_papers_law() {
    let paper = GanConfig::PAPER;
    assert_eq!([1, 7, 9, 15].map(|m| paper.side(m)), [64, 160, 192, 288]);
    assert_eq!(GanConfig::SMALL.side(5), 64);
    for side in 1..400 {
        let cells = paper.cells_for(side);
        assert!(paper.side(cells) >= side && (cells == 1 || paper.side(cells - 1) < side));
    }
}

#[test]
fn the_paper_networks_have_the_papers_sizes() {
    use burn::module::Module;
    let device = Device::flex();
    let generator = Generator::zeros(&GanConfig::PAPER, &device).num_params();
    assert!((27_700_000..27_900_000).contains(&generator), "27.8 M weights, got {generator}");
    let discriminator = Discriminator::random(&GanConfig::PAPER, &mut seed::stream(0, 0), &device).num_params();
    assert!((690_000..710_000).contains(&discriminator), "0.70 M weights, got {discriminator}");
}

#[test]
fn every_layer_doubles_the_side() {
    let device = Device::flex();
    let model = small(&device);
    let mut x = noise(&model.config, 3, 1, &device);
    let mut sides = Vec::new();
    for layer in 0..model.generator.depth() {
        x = model.generator.layer(layer, x, Faces::Open, Pass::Batch);
        sides.push(x.dims()[2]);
    }
    assert_eq!(sides, [6, 12, 24, 48]);
    assert_eq!(model.config.side(3), 48);
}

#[test]
fn translating_the_noise_by_a_cell_translates_the_interior_by_a_stride() {
    let device = Device::flex();
    let model = small(&device);
    let stride = model.config.voxels_per_cell();
    let cells = 9;
    let grid = noise(&model.config, cells, 2, &device);
    let whole = model.generator.forward(grid.clone().narrow(2, 0, cells - 1), Faces::Open, Pass::Running);
    let moved = model.generator.forward(grid.narrow(2, 1, cells - 1), Faces::Open, Pass::Running);
    let side = whole.dims()[2];
    // Three cells by the first layer, and less than one more by the layers after it.
    let border = 4 * stride;
    let inner = side - 2 * border - stride;
    let a = values(whole.narrow(2, border + stride, inner));
    let b = values(moved.narrow(2, border, inner));
    assert!(inner > 0 && max_difference(&a, &b) < 1e-5, "{}", max_difference(&a, &b));
}

#[test]
fn a_periodic_volume_is_the_middle_of_an_endless_one_and_has_no_first_voxel() {
    let device = Device::flex();
    let model = small(&device);
    let stride = model.config.voxels_per_cell();
    let cells = 4;
    let side = cells * stride;
    let grid = noise(&model.config, cells, 2, &device);
    let periodic = |grid: Tensor<5>, pass| model.generator.forward(grid, Faces::Joined, pass);
    let one = periodic(grid.clone(), Pass::Running);
    assert_eq!(one.dims(), [1, 1, side, side, side]);

    // Three periods along each axis, of which the middle one is far from zeros.
    let many = model.generator.forward(grid.clone().repeat(&[1, 1, 3, 3, 3]), Faces::Open, Pass::Running);
    let middle = (2..5).fold(many, |x, axis| x.narrow(axis, side, side));
    let difference = max_difference(&values(one), &values(middle));
    assert!(difference < 1e-5, "{difference}");

    // Training works on eighths.
    let whole = periodic(grid.clone(), Pass::Batch);
    let difference = max_difference(&values(whole), &values(periodic(grid.clone(), Pass::Training)));
    assert!(difference < 1e-5, "{difference}");

    // The statistics of the batch are the same wherever the volume begins.
    let whole = periodic(grid.clone(), Pass::Batch).roll(&[stride, 2 * stride], &[2, 4]);
    let moved = periodic(grid.roll(&[1, 2], &[2, 4]), Pass::Batch);
    let difference = max_difference(&values(whole), &values(moved));
    assert!(difference < 1e-5, "{difference}");
}

#[derive(Deserialize)]
struct GeneratorFixture {
    noise: Vec<f32>,
    side: usize,
    stride: usize,
    running: Vec<f32>,
    batch: Vec<f32>,
}

#[cfg(feature = "native")]
#[test]
fn the_authors_checkpoint_loads_and_gives_the_authors_volume() {
    let fixture: GeneratorFixture = serde_json::from_str(include_str!("fixtures/generator.json")).unwrap();
    let device = Device::flex();
    let config = GanConfig { image_size: 64, latent_channels: 16, generator_width: 4, discriminator_width: 4 };
    let mut generator = Generator::zeros(&config, &device);
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/systems/porous_gan/fixtures/generator.pth");
    weights::load_pytorch(&mut generator, &file, &super::import::authors_names(&config)).unwrap();
    for (pass, expected) in [(Pass::Running, &fixture.running), (Pass::Batch, &fixture.batch)] {
        let grid = Tensor::from_data(TensorData::new(fixture.noise.clone(), [1, 16, 2, 2, 2]), &device);
        let volume = generator.forward(grid, Faces::Open, pass);
        assert_eq!(volume.dims()[2], fixture.side);
        let all = values(volume);
        let n = fixture.side;
        let mut seen = Vec::new();
        for z in (0..n).step_by(fixture.stride) {
            for y in (0..n).step_by(fixture.stride) {
                seen.extend((0..n).step_by(fixture.stride).map(|x| all[(z * n + y) * n + x]));
            }
        }
        let difference = max_difference(&seen, expected);
        assert!(difference <= 1e-5, "{pass:?}: {difference}");
    }
}

type StateDict = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

#[derive(Deserialize)]
struct StepFixture {
    batch: usize,
    learning_rate: f64,
    real_label: f64,
    generator: StateDict,
    discriminator: StateDict,
    grain: String,
    noise: Vec<f32>,
    metrics: Vec<[f64; 4]>,
    generator_after: StateDict,
    discriminator_after: StateDict,
}

fn parameter<const D: usize>(state: &StateDict, name: &str, device: &Device) -> Param<Tensor<D>> {
    let (shape, values) = &state[name];
    let shape: [usize; D] = shape.as_slice().try_into().unwrap();
    Param::from_tensor(Tensor::from_data(TensorData::new(values.clone(), shape), device))
}

fn set_norm(norm: &mut BatchNorm, state: &StateDict, place: usize, device: &Device) {
    norm.gamma = parameter(state, &format!("main.{place}.weight"), device);
    norm.beta = parameter(state, &format!("main.{place}.bias"), device);
}

#[test]
fn two_training_steps_equal_the_authors() {
    let fixture: StepFixture = serde_json::from_str(include_str!("fixtures/step.json")).unwrap();
    let config = GanConfig { image_size: 16, latent_channels: 4, generator_width: 2, discriminator_width: 2 };
    let trainer = GanTrainer::new(config, &mut seed::stream(0, 0), &Device::flex());
    let device = trainer.device().clone();
    let (mut generator, mut discriminator) = (trainer.networks().0.clone(), trainer.networks().1.clone());
    for (i, layer) in generator.layers.iter_mut().enumerate() {
        layer.convolution.weight = parameter(&fixture.generator, &format!("main.{}.weight", 3 * i), &device);
        set_norm(&mut layer.norm, &fixture.generator, 3 * i + 1, &device);
    }
    generator.output.weight = parameter(&fixture.generator, "main.6.weight", &device);
    for (i, layer) in discriminator.layers.iter_mut().enumerate() {
        layer.convolution.weight = parameter(&fixture.discriminator, &format!("main.{}.weight", 3 * i), &device);
        if let Some(norm) = &mut layer.norm {
            set_norm(norm, &fixture.discriminator, 3 * i + 1, &device);
        }
    }
    discriminator.output.weight = parameter(&fixture.discriminator, "main.6.weight", &device);
    let mut trainer = trainer.with_networks(generator, discriminator);
    let schedule =
        Schedule { learning_rate: fixture.learning_rate, real_label: fixture.real_label, ..Schedule::PYTORCH };
    // Without dropout nothing is drawn.
    let rng = &mut seed::stream(0, 0);

    let (batch, edge) = (fixture.batch, config.image_size);
    let voxels: Vec<u8> = fixture.grain.bytes().map(|b| b - b'0').collect();
    let cubes: Vec<Vec<u8>> = voxels.chunks(edge.pow(3)).map(<[u8]>::to_vec).collect();
    let draws: Vec<&[f32]> = fixture.noise.chunks(batch * 4).collect();
    for (step, expected) in fixture.metrics.iter().enumerate() {
        let real = encode::cubes(&cubes[step * batch..(step + 1) * batch], edge, &device);
        let noise = [0, 1]
            .map(|i| Tensor::from_data(TensorData::new(draws[2 * step + i].to_vec(), [batch, 4, 1, 1, 1]), &device));
        let [noise, fresh] = noise;
        let fake = trainer.networks().0.forward(noise, Faces::Open, Pass::Training).detach();
        let mut m = trainer.step_discriminator(real, fake, &schedule, rng);
        let fake = trainer.networks().0.forward(fresh, Faces::Open, Pass::Training);
        m.generator_loss = trainer.step_generator(fake, &schedule, rng);
        let got = [m.discriminator_loss, m.generator_loss, m.real_probability, m.fake_probability];
        for (got, expected) in got.iter().zip(expected) {
            assert!((got - expected).abs() < 2e-4, "step {step}: {got} against {expected}");
        }
    }
    let (generator, discriminator) = trainer.networks();
    let check = |name: &str, got: Vec<f32>, state: &StateDict| {
        // Adam's first steps are ±0.01 whatever the size of a gradient: rounding shows where one is nearly zero.
        let difference = max_difference(&got, &state[name].1);
        assert!(difference < 3e-3, "{name} differs by {difference} after two steps of size 0.01");
    };
    // What follows from the weights moves with them: within 2 % of its own size.
    let close = |name: &str, got: Vec<f32>, state: &StateDict| {
        let expected = &state[name].1;
        let size = expected.iter().map(|v| v.abs()).fold(0.05, f32::max);
        assert!(max_difference(&got, expected) < 0.02 * size, "{name}: {got:?} against {expected:?}");
    };
    for (i, layer) in generator.layers.iter().enumerate() {
        let norm = &layer.norm;
        check(&format!("main.{}.weight", 3 * i), values(layer.convolution.weight.val()), &fixture.generator_after);
        check(&format!("main.{}.weight", 3 * i + 1), values(norm.gamma.val()), &fixture.generator_after);
        check(&format!("main.{}.bias", 3 * i + 1), values(norm.beta.val()), &fixture.generator_after);
        let place = 3 * i + 1;
        close(&format!("main.{place}.running_mean"), values(norm.running_mean.value_sync()), &fixture.generator_after);
        close(&format!("main.{place}.running_var"), values(norm.running_var.value_sync()), &fixture.generator_after);
    }
    for (i, layer) in discriminator.layers.iter().enumerate() {
        check(&format!("main.{}.weight", 3 * i), values(layer.convolution.weight.val()), &fixture.discriminator_after);
    }
    check("main.6.weight", values(discriminator.output.weight.val()), &fixture.discriminator_after);
}

#[test]
fn a_resumed_training_goes_on_where_it_was() {
    let config = GanConfig { image_size: 16, latent_channels: 4, generator_width: 2, discriminator_width: 2 };
    let device = Device::flex();
    let step = |trainer: &mut GanTrainer, number: u64| {
        let mut rng = seed::stream(9, 1 + number);
        let cubes: Vec<Vec<u8>> =
            (0..4).map(|_| (0..4096).map(|_| u8::from(rand::Rng::random::<f32>(&mut rng) < 0.8)).collect()).collect();
        let real = encode::cubes(&cubes, 16, trainer.device());
        trainer.step(
            real,
            &Schedule {
                learning_rate: 2e-3,
                input_noise: 0.1,
                generator_steps: 2,
                dropout: 0.2,
                periodic: true,
                averaging: 0.9,
                ..Schedule::PYTORCH
            },
            &mut rng,
        )
    };
    let mut whole = GanTrainer::new(config, &mut seed::stream(9, 0), &device);
    let first: Vec<_> = (0..4).map(|n| step(&mut whole, n)).collect();
    let mut halved = GanTrainer::new(config, &mut seed::stream(9, 0), &device);
    step(&mut halved, 0);
    step(&mut halved, 1);
    let parts = halved.to_parts().unwrap();
    let fresh = GanTrainer::new(config, &mut seed::stream(77, 0), &device);
    let mut resumed = fresh
        .load_parts(|name| Ok::<_, burn::store::RecordError>(parts.iter().find(|(n, _)| *n == name).unwrap().1.clone()))
        .unwrap();
    for (n, expected) in first.iter().enumerate().skip(2) {
        let got = step(&mut resumed, n as u64);
        assert!((got.discriminator_loss - expected.discriminator_loss).abs() < 1e-5, "{got:?} against {expected:?}");
        assert!((got.generator_loss - expected.generator_loss).abs() < 1e-5);
    }
    let made = |trainer: &GanTrainer| {
        values(trainer.generator().forward(noise(&config, 2, 1, &device), Faces::Open, Pass::Batch))
    };
    assert!(max_difference(&made(&whole), &made(&resumed)) < 1e-5, "the average is resumed too");
    let newest = whole.networks().0.clone().valid().forward(noise(&config, 2, 1, &device), Faces::Open, Pass::Batch);
    assert!(max_difference(&made(&whole), &values(newest)) > 1e-4, "and is another than the newest");
}

#[test]
fn weights_survive_half_precision_and_refuse_what_does_not_fit() {
    let device = Device::flex();
    let model = small(&device);
    let bytes = weights::to_safetensors(&model.generator, burn::tensor::DType::F16).unwrap();
    assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
    let mut back = Generator::zeros(&GanConfig::SMALL, &device);
    weights::load_safetensors(&mut back, bytes.clone()).unwrap();
    let grid = || noise(&GanConfig::SMALL, 1, 4, &device);
    let difference = max_difference(
        &values(model.generator.forward(grid(), Faces::Open, Pass::Batch)),
        &values(back.forward(grid(), Faces::Open, Pass::Batch)),
    );
    assert!(difference < 5e-3, "{difference}");

    let mut paper = Generator::zeros(&GanConfig { image_size: 64, ..GanConfig::SMALL }, &device);
    assert!(weights::load_safetensors(&mut paper, bytes.clone()).is_err());
    for cut in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
        let mut generator = Generator::zeros(&GanConfig::SMALL, &device);
        assert!(weights::load_safetensors(&mut generator, bytes[..cut].to_vec()).is_err(), "cut at {cut}");
    }
}

fn sample(model: &PorousGan, parameters: serde_json::Value, seed: u64, index: u64) -> Result<samples::Volume, String> {
    let request = catalog::SampleRequest {
        system: "porous-gan".into(),
        preset: "berea-small".into(),
        parameters,
        seed,
        count: 1,
        device: catalog::Device::Cpu,
    };
    let samples = model.sample_many(&request, &samples::Inputs::default(), index..index + 1);
    let sample = samples.and_then(crate::sampling::only).map_err(|e| e.to_string())?;
    let samples::Sample::Volume(volume) = sample else { return Err("not a volume".to_owned()) };
    Ok(volume)
}

#[test]
fn samples_have_the_size_asked_for_and_repeat_with_their_seed() {
    let model = small(&Device::flex());
    for boundary in ["periodic", "cut", "kept"] {
        for size in [32, 40] {
            let volume = sample(&model, json!({ "size": size, "boundary": boundary }), 5, 0).unwrap();
            assert_eq!(volume.shape(), [size; 3]);
        }
    }
    let once = sample(&model, json!({ "size": 32 }), 5, 1).unwrap();
    assert_eq!(once, sample(&model, json!({ "size": 32 }), 5, 1).unwrap());
    assert_ne!(once, sample(&model, json!({ "size": 32 }), 5, 2).unwrap());
    assert_ne!(once, sample(&model, json!({ "size": 32 }), 6, 1).unwrap());
    // A generator of 64³ cubes that grow by 16 cannot make 72 without cutting.
    let config = GanConfig { image_size: 64, ..GanConfig::SMALL };
    let large = PorousGan { config, generator: Generator::zeros(&config, &Device::flex()) };
    for boundary in ["periodic", "kept"] {
        for size in [32, 72] {
            assert!(sample(&large, json!({ "size": size, "boundary": boundary }), 5, 0).is_err(), "{boundary} {size}");
        }
    }
}

#[test]
fn cubes_for_the_discriminator_begin_where_noise_cells_do() {
    let config = GanConfig::SMALL;
    let trainer = GanTrainer::new(config, &mut seed::stream(3, 0), &Device::flex());
    let edge = config.image_size;
    let cubes = trainer.fakes(8, true, &mut seed::stream(5, 0));
    let noise = noise(&config, 2 * edge / config.voxels_per_cell(), 5, trainer.device());
    let volume = trainer.networks().0.forward(noise, Faces::Joined, Pass::Training);
    for (index, cube) in cubes.split(1, 0).into_iter().enumerate() {
        let eighth = [index / 4, index / 2 % 2, index % 2]
            .iter()
            .zip(2..)
            .fold(volume.clone(), |volume, (half, axis)| volume.narrow(axis, half * edge, edge));
        assert_eq!(max_difference(&values(cube), &values(eighth)), 0.0, "eighth {index}");
    }
}
