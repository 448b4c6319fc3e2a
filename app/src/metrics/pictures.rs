//! The numbers about a picture that was shrunk and grew back: a table, a chart against other encodings, and files.

use std::collections::BTreeMap;

use plotters::prelude::{Circle, Color, DashedLineSeries, LineSeries, RGBColor};
use serde_json::{Value, json};

use super::chart::{Axes, INK, REAL, SAMPLE, draw};
use crate::{
    state::pictures::{
        Made, SMALL,
        equal_bytes::{Point, Rival},
    },
    text::format,
};

/// A second format.
const SECOND: RGBColor = RGBColor(0x7A, 0x4E, 0x9E);
/// Curves of the formats, in order, and their keys.
const COLOURS: [(RGBColor, &str); 2] = [(REAL, "real"), (SECOND, "third")];

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The quantity.
    pub name: &'static str,
    /// Of what the network restored.
    pub restored: Option<String>,
    /// Of what came of bicubic shrinking and enlarging.
    pub bicubic: Option<String>,
}

/// The lines that have a number.
pub fn rows(measures: &BTreeMap<String, f64>) -> Vec<Row> {
    let text = |name: &str, unit: &str, digits| {
        measures.get(name).map(|value| format!("{}{unit}", format::number(*value, digits)))
    };
    let row = |name, restored, bicubic| Row { name, restored, bicubic };
    let all = [
        row("PSNR against the original", text("restored_psnr", " dB", 4), text("bicubic_psnr", " dB", 4)),
        row("SSIM against the original", text("restored_ssim", "", 4), text("bicubic_ssim", "", 4)),
        row("Small picture against the bicubic one, PSNR", text("small_psnr", " dB", 4), None),
        row("Largest error without rounding", text("inversion_error", "", 2), None),
    ];
    all.into_iter().filter(|row| row.restored.is_some() || row.bicubic.is_some()).collect()
}

/// Length of the small picture's file.
pub fn small_bytes(made: &Made) -> Option<u64> {
    made.find(SMALL).map(|small| small.bytes)
}

/// Decibels over bytes: the browser's own encodings, and where the small picture stands. `None` without a restored
/// picture or a curve.
pub fn chart(made: &Made, rivals: &[Rival]) -> Option<String> {
    let restored = Point { bytes: small_bytes(made)?, psnr: *made.measures.get("restored_psnr")? };
    let bicubic = made.measures.get("bicubic_psnr").copied();
    let all = || {
        let points = rivals.iter().flat_map(|rival| rival.curve.iter().chain(&rival.equal));
        points.copied().chain([restored]).filter(|point| point.psnr.is_finite())
    };
    if all().count() < 2 {
        return None;
    }
    let across = |point: Point| point.bytes as f64 / 1000.0;
    let end = all().map(across).fold(0.0, f64::max) * 1.05;
    let heights = || all().map(|point| point.psnr).chain(bicubic);
    let (low, high) = heights().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    let axes = Axes {
        summary: &summary(restored, bicubic, rivals),
        titles: ["kB", "PSNR, dB"],
        x: 0.0..end,
        y: low - 1.0..high + 1.0,
    };
    draw(axes, |chart| {
        for (rival, (colour, _)) in rivals.iter().zip(COLOURS) {
            let mut curve: Vec<_> = rival.curve.iter().chain(&rival.equal).copied().collect();
            curve.retain(|point| point.psnr.is_finite());
            curve.sort_by_key(|point| point.bytes);
            let line = curve.iter().map(|&point| (across(point), point.psnr));
            chart.draw_series(LineSeries::new(line, colour.stroke_width(6))).ok()?;
            let equal = rival.equal.filter(|point| point.psnr.is_finite());
            let dot = equal.map(|point| Circle::new((across(point), point.psnr), 14, colour.filled()));
            chart.draw_series(dot).ok()?;
        }
        if let Some(bicubic) = bicubic {
            let line = [(0.0, bicubic), (end, bicubic)];
            chart.draw_series(DashedLineSeries::new(line, 15, 9, INK.stroke_width(4))).ok()?;
        }
        chart.draw_series([Circle::new((across(restored), restored.psnr), 20, SAMPLE.filled())]).ok()?;
        Some(())
    })
}

/// What the marks of the chart are.
pub fn keys(made: &Made, rivals: &[Rival]) -> Vec<(&'static str, String)> {
    let number = |psnr: f64| format::number(psnr, 4);
    let rival = |(rival, (_, class)): (&Rival, (RGBColor, &'static str))| {
        let equal = match rival.equal {
            Some(point) => format!("{} dB in {}", number(point.psnr), format::bytes(point.bytes)),
            None => "not even the worst is as short".to_owned(),
        };
        (class, format!("{}: {equal}", rival.name))
    };
    let restored = made.measures.get("restored_psnr").zip(small_bytes(made));
    let restored = restored
        .map(|(psnr, bytes)| ("sample", format!("restored: {} dB from {}", number(*psnr), format::bytes(bytes))));
    let bicubic =
        made.measures.get("bicubic_psnr").map(|psnr| ("ink dashed", format!("bicubic: {} dB", number(*psnr))));
    restored.into_iter().chain(rivals.iter().zip(COLOURS).map(rival)).chain(bicubic).collect()
}

/// The chart in words.
fn summary(restored: Point, bicubic: Option<f64>, rivals: &[Rival]) -> String {
    let decibels = |psnr: f64| format!("{} dB", format::number(psnr, 4));
    let bytes = format::bytes(restored.bytes);
    let mut text = format!("PSNR over bytes: restored from {bytes} {}", decibels(restored.psnr));
    for rival in rivals {
        let equal = rival.equal.map_or_else(|| "none".to_owned(), |point| decibels(point.psnr));
        text.push_str(&format!(", {} within these bytes {equal}", rival.name));
    }
    if let Some(bicubic) = bicubic {
        text.push_str(&format!(", bicubic {}", decibels(bicubic)));
    }
    text
}

/// One number a line.
pub fn csv(made: &Made, rivals: &[Rival]) -> String {
    let mut text = String::from("quantity,value\n");
    for (name, value) in &made.measures {
        text.push_str(&format!("{name},{value}\n"));
    }
    for rival in rivals {
        let name = rival.name.to_lowercase();
        if let Some(Point { bytes, psnr }) = &rival.equal {
            text.push_str(&format!("{name}_equal_bytes,{bytes}\n{name}_equal_psnr,{psnr}\n"));
        }
    }
    text
}

/// Everything that is known, with the request that repeats it on the same picture.
pub fn json(title: &str, request: &Value, backend: &Value, made: &Made, rivals: &[Rival]) -> String {
    let point = |point: &Point| json!({ "bytes": point.bytes, "psnr": point.psnr });
    let rival = |rival: &Rival| {
        let curve: Vec<_> = rival.curve.iter().map(point).collect();
        json!({ "format": rival.name, "curve": curve, "equal_bytes": rival.equal.as_ref().map(point) })
    };
    let picture = |picture: &crate::state::pictures::Picture| json!({ "role": picture.role, "title": picture.title, "size": picture.size, "bytes": picture.bytes });
    let document = json!({
        "title": title,
        "request": request,
        "backend": backend,
        "pictures": made.pictures.iter().map(picture).collect::<Vec<_>>(),
        "measures": made.measures,
        "browser_encodings": rivals.iter().map(rival).collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::pictures::{ORIGINAL, RESTORED, tests::made as pictures};

    fn made() -> Made {
        let measures = [("restored_psnr", 38.25), ("bicubic_psnr", 30.5), ("restored_ssim", 0.98)];
        let measures = measures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let of = pictures(&[(ORIGINAL, [768, 512]), (RESTORED, [768, 512]), (SMALL, [384, 256])]);
        Made { measures, ..of }
    }

    fn rivals() -> Vec<Rival> {
        let curve = vec![Point { bytes: 900, psnr: 31.0 }, Point { bytes: 2000, psnr: f64::INFINITY }];
        vec![
            Rival { name: "JPEG", curve, equal: Some(Point { bytes: 998, psnr: 33.0 }) },
            Rival { name: "WebP", curve: vec![], equal: None },
        ]
    }

    #[test]
    fn only_what_was_measured_is_in_the_table() {
        let rows = rows(&made().measures);
        let names: Vec<_> = rows.iter().map(|row| row.name).collect();
        assert_eq!(names, ["PSNR against the original", "SSIM against the original"]);
        assert_eq!(rows[0].restored.as_deref(), Some("38.25 dB"));
        assert_eq!(rows[1].bicubic, None);
    }

    #[test]
    fn the_chart_says_what_it_shows_and_has_no_infinite_point() {
        let svg = chart(&made(), &rivals()).expect("a chart");
        assert!(
            svg.contains("restored from 1 kB 38.25 dB, JPEG within these bytes 33.00 dB, WebP within these bytes none")
        );
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert!(!svg.contains("style="), "inline styles are forbidden by the page's policy");
        assert_eq!(chart(&made(), &[]), None);
        assert_eq!(chart(&Made::default(), &rivals()), None);
    }

    #[test]
    fn every_mark_has_its_key() {
        let keys = keys(&made(), &rivals());
        let texts: Vec<_> = keys.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "restored: 38.25 dB from 1 kB",
                "JPEG: 33.00 dB in 998 B",
                "WebP: not even the worst is as short",
                "bicubic: 30.50 dB"
            ]
        );
    }

    #[test]
    fn files_hold_the_numbers() {
        let text = csv(&made(), &rivals());
        assert!(text.contains("restored_psnr,38.25\n") && text.contains("jpeg_equal_bytes,998\n"));
        assert!(text.lines().all(|line| line.split(',').count() == 2));
        let back: Value =
            serde_json::from_str(&json("a", &json!({ "seed": 7 }), &Value::Null, &made(), &rivals())).expect("JSON");
        assert_eq!(back["measures"]["restored_psnr"], 38.25);
        assert_eq!(back["request"]["seed"], 7);
        assert_eq!(back["browser_encodings"][0]["equal_bytes"]["bytes"], 998);
    }
}
