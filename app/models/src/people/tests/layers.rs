//! Layers against closed forms.

use burn::tensor::{Device, Tensor, TensorData};
use samples::Image;

use super::{
    super::{Window, layers::doubled},
    values,
};

#[test]
fn doubled_maps_lie_on_the_same_plane() {
    let (height, width) = (3, 5);
    let plane = |x: f32, y: f32| 2.0 * x - 3.0 * y + 1.0;
    let maps: Vec<f32> = (0..height * width).map(|i| plane((i % width) as f32, (i / width) as f32)).collect();
    let maps = Tensor::<4>::from_data(TensorData::new(maps, [1, 1, height, width]), &Device::flex());
    let doubled = doubled(maps);
    assert_eq!(doubled.dims(), [1, 1, 6, 10]);
    for (i, value) in values(doubled).into_iter().enumerate() {
        let at = |i: usize, side: usize| ((i as f32 + 0.5) / 2.0 - 0.5).clamp(0.0, side as f32 - 1.0);
        let expected = plane(at(i % 10, width), at(i / 10, height));
        assert!((value - expected).abs() < 1e-5, "{i}: {value} instead of {expected}");
    }
}

#[test]
fn a_window_of_the_networks_size_shows_the_pixels() {
    let pixels: Vec<u8> = (0..4 * 4 * 3).map(|i| (i * 5) as u8).collect();
    let image = Image::new(4, 4, pixels).unwrap();
    let shown = values(Window::whole(&image).show(&image, 4, &Device::flex()));
    assert_eq!(shown, image.to_planar());
}
