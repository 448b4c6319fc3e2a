//! The OpenAPI document: paths from the handlers, schemas from the catalogue's own types.

use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, OpenApiBuilder};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{AppState, artifacts, error::Problem, events, form, health, metrics, runs, samples, systems};

/// Answer of `GET /api/systems`.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "describes the answer, which is made as bytes")]
struct Systems {
    /// In the order of the gallery.
    systems: Vec<catalog::System>,
}

/// The routes of the API and the document that describes them.
pub fn api() -> (axum::Router<AppState>, Value) {
    let info = InfoBuilder::new()
        .title("Vitrine")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Systems, samples and runs. Parameters of a system are described by its own JSON schema in /api/systems.",
        ))
        .build();
    let document = OpenApiBuilder::new().info(info).build();
    let (router, document) = OpenApiRouter::with_openapi(document)
        .routes(routes!(systems::list))
        .routes(routes!(systems::one))
        .routes(routes!(samples::start))
        .routes(routes!(runs::list, runs::train))
        .routes(routes!(runs::one, runs::delete))
        .routes(routes!(events::watch))
        .routes(routes!(artifacts::download))
        .routes(routes!(health::healthz))
        .routes(routes!(metrics::render))
        .split_for_parts();
    let mut document = serde_json::to_value(document).expect("the document serialises");
    document["components"] = json!({
        "schemas": schemas(),
        "securitySchemes": {
            "admin": { "type": "http", "scheme": "bearer", "description": "The admin token, printed at the first start." },
        },
    });
    upload(&mut document);
    limit(&mut document);
    let served = document.clone();
    let get = move || async move { serve(&served) };
    (router.route("/api/openapi.json", axum::routing::get(get)), document)
}

/// A sampling's other body: which files it has is the catalogue's to say.
fn upload(document: &mut Value) {
    let mut properties = Map::new();
    properties.insert(form::REQUEST.to_owned(), json!({ "$ref": "#/components/schemas/SampleRequest" }));
    for system in catalog::systems::all() {
        for input in &system.inputs {
            let need = if input.required { "required" } else { "optional" };
            let description = format!("`{}`, {need}: {}", system.slug, input.description);
            let known = properties.entry(input.name).or_insert_with(|| json!({ "contentMediaType": "image/*" }));
            let before = known["description"].as_str().map(|before| format!("{before}\n\n"));
            known["description"] = (before.unwrap_or_default() + &description).into();
        }
    }
    document["paths"]["/api/samples"]["post"]["requestBody"]["content"]["multipart/form-data"] = json!({
        "schema": { "type": "object", "properties": properties, "required": [form::REQUEST], "additionalProperties": false },
        "encoding": { form::REQUEST: { "contentType": "application/json" } },
    });
}

/// Every operation of the API may be asked for too often, an address may be no text, and what is kept needs room.
fn limit(document: &mut Value) {
    let problem = |description: &str| {
        let content = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } });
        json!({ "description": description, "content": content })
    };
    let mut too_often = problem("Asked too often from this address");
    too_often["headers"] =
        json!({ "retry-after": { "description": "Seconds to wait", "schema": { "type": "integer" } } });
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    for (path, operations) in paths.filter(|(path, _)| path.starts_with("/api/")) {
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            operation["responses"]["429"] = too_often.clone();
            if path.contains('{') {
                operation["responses"]["400"] = problem("The address is no text");
            }
            if method == "post" {
                operation["responses"]["507"] = problem("No room is left to write");
            }
        }
    }
}

fn serve(document: &Value) -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Json(document)).into_response()
}

fn schemas() -> Map<String, Value> {
    // OpenAPI 3.1 takes JSON Schema as it is; only the definitions live elsewhere.
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    add::<Systems>(&mut generator);
    add::<catalog::SampleRequest>(&mut generator);
    add::<catalog::TrainRequest>(&mut generator);
    add::<catalog::run::Run>(&mut generator);
    add::<catalog::run::RunEvent>(&mut generator);
    add::<runs::RunList>(&mut generator);
    add::<Problem>(&mut generator);
    generator.take_definitions(true)
}

fn add<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}
