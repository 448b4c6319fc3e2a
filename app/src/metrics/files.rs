//! The measures as files: CSV for a spreadsheet, JSON for a program.

use samples::volume::{PoreMeasures, RockReference};
use serde_json::{Value, json};

use super::table::{self, Mark};

/// What the measures belong to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// Where the volume comes from, in words.
    pub title: String,
    /// The request that made it; null for a file of the visitor.
    pub request: Value,
    /// The backend that computed it; null if unknown.
    pub backend: Value,
}

/// One quantity per line: key, value, unit, the real rock's mean and standard deviation, place in its band.
pub fn csv(sample: &PoreMeasures, real: Option<&RockReference>) -> String {
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let mut text = String::from("quantity,value,unit,real_mean,real_sd,band\n");
    for row in table::rows(Some(sample), real) {
        let band = match row.mark() {
            Some(Mark::Inside) => "inside",
            Some(Mark::Above) => "above",
            Some(Mark::Below) => "below",
            None => "",
        };
        let (mean, sd) = (number(row.real.map(|b| b.mean)), number(row.real.map(|b| b.sd)));
        text.push_str(&format!("{},{},{},{mean},{sd},{band}\n", row.key, number(row.value), row.unit));
    }
    for (lag, value) in sample.s2.radial.iter().enumerate() {
        let at = |curve: fn(&RockReference) -> &Vec<f64>| number(real.and_then(|r| curve(r).get(lag).copied()));
        let (mean, sd) = (at(|r| &r.s2_radial.mean), at(|r| &r.s2_radial.sd));
        text.push_str(&format!("s2_radial[{lag}],{value},,{mean},{sd},\n"));
    }
    text
}

/// Everything that is known, with the request that repeats the sample.
pub fn json(origin: &Origin, sample: &PoreMeasures, real: Option<&RockReference>) -> String {
    let document = json!({
        "title": origin.title,
        "request": origin.request,
        "backend": origin.backend,
        "measures": sample,
        "real": real,
        "agreement": real.map(|r| r.compare(sample)),
    });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::{
        super::table::tests::{measures, reference},
        *,
    };

    #[test]
    fn every_line_of_the_csv_has_the_same_columns() {
        let text = csv(&measures(3), Some(&reference()));
        assert!(text.lines().count() > 10);
        assert!(text.lines().all(|line| line.split(',').count() == 6), "{text}");
        assert!(text.contains("porosity,0.052734375,,"));
    }

    #[test]
    fn the_json_can_be_read_back() {
        let origin = Origin { title: "a sample".into(), request: json!({"seed": 7}), backend: Value::Null };
        let text = json(&origin, &measures(3), None);
        let back: Value = serde_json::from_str(&text).expect("valid JSON");
        let again: PoreMeasures = serde_json::from_value(back["measures"].clone()).expect("the measures");
        assert_eq!(again, measures(3));
        assert_eq!(back["request"]["seed"], 7);
    }
}
