//! `vitrine systems`.

use catalog::{Field, FieldKind, Input};
use clap::Args;

use super::Failure;

/// Arguments of `vitrine systems`.
#[derive(Debug, Args)]
pub struct SystemsArgs {
    /// As JSON, with the schemas
    #[arg(long)]
    json: bool,
}

/// Lists the catalogue.
pub fn systems(args: &SystemsArgs) -> Result<(), Failure> {
    let all = catalog::systems::all();
    if args.json {
        println!("{}", serde_json::to_string_pretty(all).map_err(anyhow::Error::from)?);
        return Ok(());
    }
    for system in all {
        println!("{}  {}\n  {}", system.slug, system.title, system.summary);
        println!("  {} ({}). {}", system.paper.title, system.paper.year, system.paper.url);
        println!("  presets");
        for preset in &system.presets {
            println!("    {:<16} {}", preset.name, preset.description);
            let own = [("sample", &preset.defaults), ("train", &preset.training_defaults)];
            for (command, defaults) in own.into_iter().filter(|(_, defaults)| !defaults.is_empty()) {
                let defaults: Vec<_> = defaults.iter().map(|(name, value)| format!("{name} {value}")).collect();
                println!("    {:<16} defaults of {command}: {}", "", defaults.join(", "));
            }
        }
        if !system.inputs.is_empty() {
            println!("  sample --set, each the file of a picture; --input names the first");
        }
        for Input { name, title, description, required } in &system.inputs {
            println!("    {name:<16} {title} ({}): {description}", if *required { "required" } else { "optional" });
        }
        for (title, fields) in [("sample --set", &system.parameters), ("train --set", &system.training)] {
            println!("  {title}");
            for field in fields {
                println!("    {:<16} {} ({}; {})", field.name, field.title, range(field), field.default);
            }
        }
    }
    Ok(())
}

fn range(field: &Field) -> String {
    match &field.kind {
        FieldKind::Integer { minimum, maximum, multiple_of: 1 } => format!("{minimum} to {maximum}"),
        FieldKind::Integer { minimum, maximum, multiple_of } => {
            format!("{minimum} to {maximum} in steps of {multiple_of}")
        }
        FieldKind::Number { minimum, maximum } => format!("{minimum} to {maximum}"),
        FieldKind::Boolean => "true or false".to_owned(),
        FieldKind::Choice { options } => options.iter().map(|o| o.value.as_str()).collect::<Vec<_>>().join(", "),
        FieldKind::Text { maximum } => format!("text of at most {maximum} bytes"),
    }
}
