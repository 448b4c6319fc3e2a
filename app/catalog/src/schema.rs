//! From a parameter struct to form fields, and from untrusted JSON to checked values.
//!
//! Parameter structs are flat by contract: integers, numbers, booleans, choices and short texts. [`fields`]
//! reads them out of the struct's JSON schema (schemars), so bounds and help texts are written once, as
//! attributes and doc comments of the struct.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

/// Longest text that a parameter may hold, in bytes, where it does not say otherwise.
pub const MAX_TEXT: usize = 4096;

/// One parameter, as a form, a flag or an API document shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    /// Key in the JSON object.
    pub name: String,
    /// Human name: the first line of the doc comment.
    pub title: String,
    /// The rest of the doc comment.
    pub description: String,
    /// Type and bounds.
    pub kind: FieldKind,
    /// Value when the key is absent.
    pub default: Value,
    /// The text parameter that takes the content of a file where a person names one in this parameter's place: the
    /// choice of its name then stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The presets that it means something to; empty if all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<String>,
}

/// Type and bounds of a [`Field`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum FieldKind {
    /// A whole number.
    Integer {
        /// Smallest value.
        minimum: i64,
        /// Largest value.
        maximum: i64,
        /// The value must be a multiple of this.
        multiple_of: i64,
    },
    /// A finite number.
    Number {
        /// Smallest value.
        minimum: f64,
        /// Largest value.
        maximum: f64,
    },
    /// Yes or no.
    Boolean,
    /// One of several names.
    Choice {
        /// The names, with the doc comment of each.
        options: Vec<ChoiceOption>,
    },
    /// Free text.
    Text {
        /// Most bytes.
        maximum: usize,
    },
}

/// One name of a [`FieldKind::Choice`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChoiceOption {
    /// The JSON value.
    pub value: String,
    /// Its doc comment.
    pub description: String,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error, JsonSchema)]
#[error("{field}: {message}")]
pub struct FieldError {
    /// Path of the field, such as `parameters.size`.
    pub field: String,
    /// One sentence: what is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    /// An error on `field`.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// The JSON schema of a parameter struct.
pub fn json_schema<P: JsonSchema>() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().with(|s| s.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<P>().to_value()
}

/// The fields of a parameter struct, in the order of the struct where `preserve_order` keeps it, else by name.
///
/// # Panics
/// If the struct is not flat: that is a programming error which the catalogue's own test finds.
pub fn fields<P: JsonSchema + Default + Serialize>() -> Vec<Field> {
    let schema = json_schema::<P>();
    let defaults = serde_json::to_value(P::default()).expect("parameters serialise");
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    properties
        .iter()
        .map(|(name, property)| {
            let (title, description) = title_and_description(property, name);
            Field {
                name: name.clone(),
                title,
                description,
                kind: kind(property).unwrap_or_else(|| panic!("parameter `{name}` is not flat: {property}")),
                default: defaults[name].clone(),
                file: property["x-file"].as_str().map(str::to_owned),
                presets: serde_json::from_value(property["x-presets"].clone()).unwrap_or_default(),
            }
        })
        .collect()
}

fn title_and_description(property: &Value, name: &str) -> (String, String) {
    let text = property["description"].as_str().unwrap_or(name);
    let (title, rest) = text.split_once("\n\n").unwrap_or((text, ""));
    (title.replace('\n', " "), rest.replace('\n', " "))
}

fn kind(property: &Value) -> Option<FieldKind> {
    if let Some(variants) = property["oneOf"].as_array() {
        let options = variants
            .iter()
            .map(|v| {
                Some(ChoiceOption {
                    value: v["const"].as_str()?.to_owned(),
                    description: v["description"].as_str().unwrap_or_default().replace('\n', " "),
                })
            })
            .collect::<Option<_>>()?;
        return Some(FieldKind::Choice { options });
    }
    match property["type"].as_str()? {
        "boolean" => Some(FieldKind::Boolean),
        "integer" => Some(FieldKind::Integer {
            minimum: property["minimum"].as_i64()?,
            maximum: property["maximum"].as_i64()?,
            multiple_of: property["multipleOf"].as_i64().unwrap_or(1),
        }),
        "number" => {
            Some(FieldKind::Number { minimum: property["minimum"].as_f64()?, maximum: property["maximum"].as_f64()? })
        }
        "string" => {
            let maximum = property["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok());
            Some(FieldKind::Text { maximum: maximum.unwrap_or(MAX_TEXT) })
        }
        _ => None,
    }
}

/// Checks untrusted parameters and answers with the struct, or with one error for every bad field.
///
/// Absent keys take their default; unknown keys are errors. `prefix` stands before each field's name.
pub fn parse<P>(parameters: &Value, prefix: &str) -> Result<P, Vec<FieldError>>
where
    P: JsonSchema + Default + Serialize + DeserializeOwned,
{
    let given = check(&fields::<P>(), parameters, prefix)?;
    serde_json::from_value(Value::Object(given)).map_err(|e| vec![FieldError::new(prefix, e.to_string())])
}

/// As [`parse`], without the struct: the complete object, defaults filled in.
pub fn check(fields: &[Field], parameters: &Value, prefix: &str) -> Result<Map<String, Value>, Vec<FieldError>> {
    let empty = Map::new();
    let given = match parameters {
        Value::Object(object) => object,
        Value::Null => &empty,
        _ => return Err(vec![FieldError::new(prefix, "must be an object")]),
    };
    let path = |name: &str| if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") };
    let mut errors = Vec::new();
    let mut checked = Map::new();
    for name in given.keys().filter(|name| !fields.iter().any(|f| f.name == **name)) {
        let known: Vec<_> = fields.iter().map(|f| f.name.as_str()).collect();
        let shown: String = name.chars().take(64).collect();
        errors.push(FieldError::new(path(&shown), format!("unknown field; known are {}", known.join(", "))));
    }
    for field in fields {
        let value = given.get(&field.name).unwrap_or(&field.default);
        match field.kind.accept(value) {
            Ok(value) => drop(checked.insert(field.name.clone(), value)),
            Err(message) => errors.push(FieldError::new(path(&field.name), message)),
        }
    }
    if errors.is_empty() { Ok(checked) } else { Err(errors) }
}

impl FieldKind {
    /// The value in its canonical JSON form, or a sentence on what would be right.
    pub fn accept(&self, value: &Value) -> Result<Value, String> {
        match self {
            Self::Integer { minimum, maximum, multiple_of } => {
                let whole = value.as_i64().or_else(|| {
                    let float = value.as_f64()?;
                    (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
                });
                match whole {
                    Some(n) if n < *minimum || n > *maximum => Err(format!("must be from {minimum} to {maximum}")),
                    Some(n) if n % multiple_of != 0 => Err(format!("must be a multiple of {multiple_of}")),
                    Some(n) => Ok(json!(n)),
                    None => Err(format!("must be a whole number from {minimum} to {maximum}")),
                }
            }
            Self::Number { minimum, maximum } => match value.as_f64() {
                Some(x) if x.is_finite() && x >= *minimum && x <= *maximum => Ok(json!(x)),
                _ => Err(format!("must be a number from {minimum} to {maximum}")),
            },
            Self::Boolean => value.as_bool().map(Value::Bool).ok_or_else(|| "must be true or false".to_owned()),
            Self::Choice { options } => {
                let names: Vec<_> = options.iter().map(|o| o.value.as_str()).collect();
                match value.as_str() {
                    Some(name) if names.contains(&name) => Ok(json!(name)),
                    _ => Err(format!("must be one of {}", names.join(", "))),
                }
            }
            Self::Text { maximum } => match value.as_str() {
                Some(text) if text.len() <= *maximum => Ok(json!(text)),
                _ => Err(format!("must be a text of at most {maximum} bytes")),
            },
        }
    }

    /// Reads a value written as text (a command-line flag, a URL, a form control), without checking bounds.
    pub fn read_text(&self, text: &str) -> Result<Value, String> {
        match self {
            Self::Boolean => match text {
                "true" | "yes" | "1" | "on" => Ok(json!(true)),
                "false" | "no" | "0" | "off" => Ok(json!(false)),
                _ => Err("must be true or false".to_owned()),
            },
            Self::Integer { minimum, maximum, .. } => match text.trim().parse::<i64>() {
                Ok(n) => Ok(json!(n)),
                Err(_) => Err(format!("must be a whole number from {minimum} to {maximum}")),
            },
            Self::Number { minimum, maximum } => match text.trim().parse::<f64>() {
                Ok(x) if x.is_finite() => Ok(json!(x)),
                _ => Err(format!("must be a number from {minimum} to {maximum}")),
            },
            Self::Choice { .. } | Self::Text { .. } => Ok(json!(text)),
        }
    }
}
