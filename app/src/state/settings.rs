//! The form's state. It holds texts, not values: a half-typed number is a state too, and its error belongs
//! beside its control. The URL's query is this state written down.

use catalog::{
    Device, Field, FieldError, SampleRequest, System,
    request::{MAX_COUNT, Venue},
};
use samples::SampleKind;
use serde_json::{Map, Value};

/// Devices that a browser can be told to use.
pub const BROWSER_DEVICES: [Device; 3] = [Device::Auto, Device::Webgpu, Device::Cpu];
/// Longest text of a parameter, in bytes, that a link carries: servers and browsers refuse much longer addresses.
const MOST_IN_LINK: usize = 4096;
/// Seed of a page that was opened without one.
pub const FIRST_SEED: u64 = 1;

/// Most samples of one request on the page: what a person can look at together. A volume stands alone, objects are
/// looked at as a law.
pub fn most_samples(system: &System) -> u32 {
    match system.makes {
        SampleKind::Volume | SampleKind::Pictures | SampleKind::Fittings => 1,
        SampleKind::Crystal => 16,
        SampleKind::Objects => MAX_COUNT,
    }
}

/// Samples of a page that was opened without a number: one, but as many objects as make a law.
pub fn first_count(system: &System) -> u32 {
    if system.makes.is_gathered() { 1000 } else { 1 }
}

/// All choices for one system.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Name of the preset.
    pub preset: String,
    /// Seed, as typed.
    pub seed: String,
    /// Whether the person (or the link) chose the seed: such a page repeats its sample when it is loaded.
    pub seed_chosen: bool,
    /// Number of samples, as typed.
    pub count: String,
    /// The number that needs no mention in a link.
    usual_count: u32,
    /// Where to compute.
    pub device: Device,
    /// Name and text of each parameter, in the order of the catalogue.
    pub parameters: Vec<(String, String)>,
}

impl Settings {
    /// The defaults of a system.
    pub fn of(system: &System) -> Self {
        let preset = first_preset(system);
        Self {
            preset: preset.to_owned(),
            seed: FIRST_SEED.to_string(),
            seed_chosen: false,
            count: first_count(system).to_string(),
            usual_count: first_count(system),
            device: Device::Auto,
            parameters: defaults_of(system, preset),
        }
    }

    /// Chooses a preset. What stood at the default of the one before takes the default of this one.
    pub fn choose(&mut self, system: &System, preset: &str) {
        let (old, new) = (defaults_of(system, &self.preset), defaults_of(system, preset));
        for (((_, text), old), new) in self.parameters.iter_mut().zip(old).zip(new) {
            if *text == old.1 {
                *text = new.1;
            }
        }
        preset.clone_into(&mut self.preset);
    }

    /// The settings of a URL's query, and an error for each choice that does not exist and so was left at its
    /// default. Keys that no control has are ignored: links collect them on their way.
    pub fn from_query<'a>(
        system: &System,
        query: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<FieldError>) {
        let mut settings = Self::of(system);
        let mut errors = Vec::new();
        // The preset first: its defaults give way to the link's parameters.
        let mut query: Vec<_> = query.into_iter().collect();
        query.sort_by_key(|(key, _)| *key != "preset");
        for (key, value) in query {
            match key {
                "preset" if system.preset(value).is_some() => settings.choose(system, value),
                "preset" => errors.push(FieldError::new(
                    "preset",
                    format!("cannot be “{}”, as the link asks: there is no such model", shortened(value)),
                )),
                "seed" => {
                    settings.seed = value.to_owned();
                    settings.seed_chosen = true;
                }
                "count" if most_samples(system) > 1 => settings.count = value.to_owned(),
                "device" => match Device::from_name(value).filter(|d| BROWSER_DEVICES.contains(d)) {
                    Some(device) => settings.device = device,
                    None => errors.push(FieldError::new(
                        "device",
                        format!("cannot be “{}”, as the link asks: a browser has no such device", shortened(value)),
                    )),
                },
                _ => settings.set(key, value),
            }
        }
        (settings, errors)
    }

    /// Sets the text of a parameter; a name that does not exist changes nothing.
    pub fn set(&mut self, name: &str, text: &str) {
        if let Some((_, current)) = self.parameters.iter_mut().find(|(n, _)| n == name) {
            text.clone_into(current);
        }
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> &str {
        self.parameters.iter().find(|(n, _)| n == name).map_or("", |(_, text)| text)
    }

    /// Whether a link holds everything that is chosen here.
    pub fn fits_link(&self) -> bool {
        self.parameters.iter().all(|(_, text)| text.len() <= MOST_IN_LINK)
    }

    /// The query that [`Self::from_query`] reads back, without the question mark. Texts as long as files are left out.
    /// It `repeats` a sample if it has the seed, chosen or not.
    pub fn to_query(&self, repeats: bool) -> String {
        let mut pairs = vec![("preset", self.preset.as_str())];
        if self.seed_chosen || repeats {
            pairs.push(("seed", &self.seed));
        }
        if self.count.trim() != self.usual_count.to_string() {
            pairs.push(("count", &self.count));
        }
        let short = self.parameters.iter().filter(|(_, text)| text.len() <= MOST_IN_LINK);
        pairs.extend(short.map(|(name, text)| (name.as_str(), text.as_str())));
        pairs.push(("device", self.device.name()));
        let written: Vec<_> = pairs.iter().map(|(k, v)| format!("{}={}", encode(k), encode(v))).collect();
        written.join("&")
    }

    /// The request, or one error for every bad field. A field's error is named as its control is: `seed`,
    /// `preset`, or the parameter's own name.
    pub fn request(&self, system: &System) -> Result<SampleRequest, Vec<FieldError>> {
        let mut errors = Vec::new();
        let seed = self.seed.trim().parse::<u64>().unwrap_or_else(|_| {
            errors.push(FieldError::new(
                "seed",
                format!("must be a whole number from 0 to {}", catalog::request::MAX_SEED),
            ));
            0
        });
        let most = most_samples(system);
        let count = self.count.trim().parse().ok().filter(|count| (1..=most).contains(count)).unwrap_or_else(|| {
            errors.push(FieldError::new("count", format!("must be a whole number from 1 to {most}")));
            1
        });
        let mut parameters = Map::new();
        for field in &system.parameters {
            match field.kind.read_text(self.text(&field.name)) {
                Ok(value) => drop(parameters.insert(field.name.clone(), value)),
                Err(message) => errors.push(FieldError::new(&field.name, message)),
            }
        }
        let request = SampleRequest {
            system: system.slug.to_owned(),
            preset: self.preset.clone(),
            parameters: Value::Object(parameters),
            seed,
            count,
            device: self.device,
        };
        match request.check(Venue::Browser) {
            Ok(checked) if errors.is_empty() => Ok(checked.request),
            Ok(_) => Err(errors),
            Err(more) => {
                errors.extend(more.into_iter().map(on_control));
                Err(errors)
            }
        }
    }
}

/// A checked field's path (`parameters.size`) becomes its control's name (`size`).
pub fn on_control(mut error: FieldError) -> FieldError {
    if let Some(name) = error.field.strip_prefix("parameters.") {
        error.field = name.to_owned();
    }
    error
}

/// Bounds that the browser sets for a field of a preset, lower than the server's.
pub fn browser_maximum(system: &System, preset: &str, field: &Field) -> Option<i64> {
    let preset = system.preset(preset)?;
    preset.browser_maximum.iter().find(|(name, _)| *name == field.name).map(|(_, maximum)| *maximum)
}

fn first_preset(system: &System) -> &'static str {
    system.presets.iter().find(|p| p.browser).or(system.presets.first()).map_or("", |p| p.name)
}

/// Name and text of each parameter's default, in the order of the catalogue.
fn defaults_of(system: &System, preset: &str) -> Vec<(String, String)> {
    let fields = match system.preset(preset) {
        Some(preset) => system.parameters_of(preset),
        None => system.parameters.clone(),
    };
    fields.into_iter().map(|field| (field.name, text_of(&field.default))).collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Percent-encodes everything but the characters that need no encoding anywhere in a URL.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system() -> &'static System {
        catalog::systems::find("porous-gan").expect("the system")
    }

    fn pairs(query: &str) -> Vec<(&str, &str)> {
        query.split('&').map(|pair| pair.split_once('=').expect("a pair")).collect()
    }

    #[test]
    fn the_url_holds_every_choice() {
        let mut settings = Settings::of(system());
        settings.preset = "ketton-small".to_owned();
        settings.seed = "42".to_owned();
        settings.seed_chosen = true;
        settings.device = Device::Cpu;
        settings.set("size", "96");
        settings.set("boundary", "cut");
        let query = settings.to_query(false);
        assert_eq!(Settings::from_query(system(), pairs(&query)), (settings, vec![]));
    }

    #[test]
    fn without_a_chosen_seed_the_url_has_none() {
        let settings = Settings::of(system());
        assert!(!settings.to_query(false).contains("seed="));
        assert!(settings.to_query(true).contains("seed="));
        assert!(!Settings::from_query(system(), pairs(&settings.to_query(false))).0.seed_chosen);
    }

    #[test]
    fn every_bad_field_of_a_link_is_named_once() {
        let (settings, errors) = Settings::from_query(
            system(),
            [("preset", "granite"), ("device", "cuda"), ("utm", "x"), ("size", "nine"), ("seed", "-1")],
        );
        let fields: Vec<_> = errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["preset", "device"]);
        let errors = settings.request(system()).expect_err("two bad texts");
        let fields: Vec<_> = errors.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["seed", "size"]);
    }

    #[test]
    fn bounds_are_those_of_the_browser() {
        let mut settings = Settings::of(system());
        settings.set("size", "256");
        let errors = settings.request(system()).expect_err("larger than a browser may");
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].field, "size");
        settings.set("size", "64");
        assert_eq!(settings.request(system()).expect("a request").parameters["size"], 64);
        settings.seed = "99999999999999999999".to_owned();
        assert_eq!(settings.request(system()).expect_err("no such seed")[0].field, "seed");
    }

    #[test]
    fn what_was_not_chosen_follows_the_preset() {
        let system = catalog::systems::find("crysbfn").expect("the system");
        let mut settings = Settings::of(system);
        settings.choose(system, "paper-carbon");
        assert_eq!(settings.text("steps"), "1000");
        settings.choose(system, "carbon-small");
        assert_eq!(settings.text("steps"), "20");
        settings.set("steps", "50");
        settings.choose(system, "paper-carbon");
        assert_eq!(settings.text("steps"), "50", "it was chosen");
        let (settings, _) = Settings::from_query(system, [("atoms", "8"), ("preset", "paper-carbon")]);
        assert_eq!((settings.text("steps"), settings.text("atoms")), ("1000", "8"));
    }

    #[test]
    fn a_volume_stands_alone() {
        let (mut settings, errors) = Settings::from_query(system(), [("count", "2")]);
        assert_eq!((settings.count.as_str(), errors.len()), ("1", 0), "the page has no control for it");
        assert!(!settings.to_query(false).contains("count"));
        settings.count = "2".to_owned();
        assert_eq!(settings.request(system()).expect_err("one at a time")[0].field, "count");
    }

    #[test]
    fn objects_are_drawn_by_the_thousand() {
        let system = catalog::systems::find("oc-gfn").expect("the system");
        let mut settings = Settings::of(system);
        assert_eq!(settings.request(system).map(|request| request.count), Ok(1000));
        assert!(!settings.to_query(false).contains("count"));
        settings.count = "1".to_owned();
        assert_eq!(Settings::from_query(system, pairs(&settings.to_query(false))).0.count, "1");
        settings.count = "10001".to_owned();
        assert_eq!(settings.request(system).expect_err("too many")[0].field, "count");
    }

    #[test]
    fn a_file_is_no_part_of_a_link() {
        let system = catalog::systems::find("oc-gfn").expect("the system");
        let mut settings = Settings::of(system);
        settings.set("painted", &"f".repeat(32 * 32));
        settings.set("table", &"x".repeat(100_000));
        let query = settings.to_query(false);
        assert!(query.contains("painted=fff") && query.len() < 8192);
    }

    #[test]
    fn queries_are_percent_encoded() {
        assert_eq!(encode("a b&c=ü"), "a%20b%26c%3D%C3%BC");
    }
}
