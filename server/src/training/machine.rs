//! What a training ran on, for the model card.

/// Such as `2 cores of AMD EPYC`.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1)).map(str::trim);
    let counted = if cores == 1 { "1 core".to_owned() } else { format!("{cores} cores") };
    format!("{counted} of {}", name.unwrap_or("an unknown processor"))
}
