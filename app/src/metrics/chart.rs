//! Axes and their plot, as SVG text.
//!
//! Colours here are those of the light theme, so that a saved file is complete; `main.css` recolours them by
//! attribute where the page is dark. Drawn at three times the displayed size, because plotters rounds
//! coordinates to whole units.

use std::ops::Range;

use plotters::{
    chart::ChartBuilder,
    prelude::{Color, IntoDrawingArea, IntoFont, RGBColor, TextStyle},
    style::{BLACK, ShapeStyle},
};

use super::plain_svg::PlainSvg;
use crate::text::markup::escape;

const SIZE: (u32, u32) = (1320, 840);
const GRID: RGBColor = RGBColor(0xDE, 0xDB, 0xD3);
/// Text, and a third curve.
pub const INK: RGBColor = RGBColor(0x1C, 0x1F, 0x23);
/// What stands in the view.
pub const SAMPLE: RGBColor = RGBColor(0x0B, 0x6E, 0x74);
/// What it is compared with.
pub const REAL: RGBColor = RGBColor(0x8A, 0x6D, 0x3B);

/// Whether values make a curve: at least two, all finite.
pub fn drawable(values: &[f64]) -> bool {
    values.len() > 1 && values.iter().all(|v| v.is_finite())
}

/// Axes to draw series into.
pub type Chart<'c, 'b> = plotters::chart::ChartContext<
    'c,
    PlainSvg<'b>,
    plotters::coord::cartesian::Cartesian2d<
        plotters::coord::types::RangedCoordf64,
        plotters::coord::types::RangedCoordf64,
    >,
>;

/// What stands around the curves.
pub struct Axes<'a> {
    /// What the picture shows, for those who do not see it.
    pub summary: &'a str,
    /// Names of the two axes, with units.
    pub titles: [&'a str; 2],
    /// Range across.
    pub x: Range<f64>,
    /// Range up.
    pub y: Range<f64>,
}

/// How the numbers at the axes are written.
pub type Labels<'a> = [&'a dyn Fn(&f64) -> String; 2];

/// Numbers along the axis across, at most.
const MOST_ACROSS: usize = 9;

/// Axes with `series` drawn into them, whole numbers across; `None` where plotters refuses.
pub fn draw(axes: Axes, series: impl FnOnce(&mut Chart) -> Option<()>) -> Option<String> {
    let wholes = (axes.x.end - axes.x.start).max(1.0) as usize + 1;
    draw_with(axes, wholes.min(MOST_ACROSS), [&|x| format!("{x:.0}"), &|y| short(*y)], series)
}

/// As [`draw`], with numbers at the axes that are written in another way.
pub fn draw_labelled(axes: Axes, labels: Labels, series: impl FnOnce(&mut Chart) -> Option<()>) -> Option<String> {
    draw_with(axes, MOST_ACROSS, labels, series)
}

fn draw_with(
    axes: Axes,
    across: usize,
    [x_label, y_label]: Labels,
    series: impl FnOnce(&mut Chart) -> Option<()>,
) -> Option<String> {
    let Axes { summary, titles: [x_title, y_title], x, y } = axes;
    let mut svg = String::new();
    {
        let root = PlainSvg::new(&mut svg, SIZE).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin_top(24)
            .margin_right(36)
            .margin_bottom(8)
            .x_label_area_size(110)
            .y_label_area_size(150)
            .build_cartesian_2d(x, y)
            .ok()?;
        let label = |size: i32| TextStyle::from(("system-ui, sans-serif", size).into_font()).color(&INK);
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID.stroke_width(2))
            .light_line_style(ShapeStyle::from(BLACK.mix(0.0)))
            .axis_style(INK.mix(0.6).stroke_width(3))
            .x_labels(across)
            .y_labels(6)
            .x_label_formatter(x_label)
            .y_label_formatter(y_label)
            .label_style(label(44))
            .axis_desc_style(label(46))
            .x_desc(x_title)
            .y_desc(y_title)
            .draw()
            .ok()?;
        series(&mut chart)?;
        drop(chart);
        root.present().ok()?;
    }
    Some(accessible(&svg, summary))
}

/// A number without the zeros at its end.
pub fn short(y: f64) -> String {
    let text = format!("{y:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Gives the picture a name, and its size to the style sheet.
fn accessible(svg: &str, summary: &str) -> String {
    let (width, height) = SIZE;
    svg.replacen(
        &format!("<svg width=\"{width}\" height=\"{height}\""),
        &format!("<svg class=\"plot\" role=\"img\" aria-label=\"{}\"", escape(summary)),
        1,
    )
}
