//! Measures as text: CSV for spreadsheets. JSON is [`PoreMeasures`]'s own serde form.

use std::fmt::Write;

use super::PoreMeasures;

/// One line a sample: name and all measures that are one number. Lengths in voxels; empty where there is
/// no value.
pub fn csv<'a>(samples: impl IntoIterator<Item = (&'a str, &'a PoreMeasures)>) -> String {
    let mut text = String::from(
        "sample,porosity,surface_crofton,surface_slope,euler_pore26,euler_pore6,chord_pore,chord_grain,\
         percolates_z,percolates_y,percolates_x,permeability_z,permeability_y,permeability_x\n",
    );
    for (name, m) in samples {
        text.push_str(&quoted(name));
        let numbers = [m.porosity, m.surface, m.surface_slope, m.euler_pore26, m.euler_pore6];
        let k = |axis: usize| m.permeability.map(|k| k[axis]);
        numbers.map(Some).into_iter().chain([m.chord_pore, m.chord_grain]).for_each(|v| number(&mut text, v));
        m.percolates.iter().for_each(|&p| text.push_str(if p { ",1" } else { ",0" }));
        (0..3).for_each(|axis| number(&mut text, k(axis)));
        text.push('\n');
    }
    text
}

/// S₂ by lag: one line a lag; empty beyond an axis' reach.
pub fn s2_csv(measures: &PoreMeasures) -> String {
    let s2 = &measures.s2;
    let mut text = String::from("lag,z,y,x,radial\n");
    for lag in 0..s2.z.len().max(s2.y.len()).max(s2.x.len()) {
        text.push_str(&lag.to_string());
        for curve in [&s2.z, &s2.y, &s2.x, &s2.radial] {
            number(&mut text, curve.get(lag).copied());
        }
        text.push('\n');
    }
    text
}

/// Rust prints the shortest digits that read back to the same number.
fn number(text: &mut String, value: Option<f64>) {
    text.push(',');
    if let Some(value) = value {
        write!(text, "{value}").expect("a String accepts every write");
    }
}

/// RFC 4180: a field with a comma, a quote or a line break is quoted. A field that a spreadsheet would
/// take for a formula is quoted behind an apostrophe.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula || field.contains([',', '"', '\n', '\r']) {
        format!("\"{}{}\"", if formula { "'" } else { "" }, field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
