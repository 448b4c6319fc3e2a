//! Operations of a space group that a file only names.

use moyo::data::{HallSymbolEntry, Setting, hall_symbol_entry, operations_from_number};

use super::operation::Operation;
use crate::structure::{Lattice, crystal::dot};

/// The 530 settings of the International Tables.
fn settings() -> impl Iterator<Item = HallSymbolEntry> {
    (1..=530).filter_map(hall_symbol_entry)
}

/// Spaces, underscores and case do not matter: `P 21/c` is `P 2_1/c`.
fn bare(symbol: &str) -> String {
    symbol.chars().filter(|c| !c.is_whitespace() && *c != '_').take(60).map(|c| c.to_ascii_lowercase()).collect()
}

/// What a file says of its space group without listing the operations.
#[derive(Default)]
pub(super) struct Named<'a> {
    pub(super) hall: Option<&'a str>,
    pub(super) hermann_mauguin: Option<&'a str>,
    pub(super) number: Option<i32>,
}

/// A setting that may be meant.
pub(super) struct Candidate {
    pub(super) operations: Vec<Operation>,
    /// For the note: the group and the setting.
    pub(super) name: String,
    pub(super) number: i32,
}

impl Named<'_> {
    pub(super) fn is_nothing(&self) -> bool {
        self.hall.is_none() && self.hermann_mauguin.is_none() && self.number.is_none()
    }

    /// The settings that may be meant and whose operations keep the cell's shape, the standard one first. One, unless
    /// the file leaves the origin or the axes open.
    pub(super) fn candidates(&self, lattice: &Lattice) -> Vec<Candidate> {
        let mut entries = self.entries();
        entries.sort_by_key(|entry| Setting::Standard.hall_number(entry.number) != Some(entry.hall_number));
        entries.iter().filter_map(candidate).filter(|candidate| keep_shape(&candidate.operations, lattice)).collect()
    }

    fn entries(&self) -> Vec<HallSymbolEntry> {
        let mut entries = match (self.hall.map(bare), self.hermann_mauguin) {
            (Some(hall), _) if settings().any(|entry| bare(entry.hall_symbol) == hall) => {
                settings().filter(|entry| bare(entry.hall_symbol) == hall).collect()
            }
            (_, Some(symbol)) => by_hermann_mauguin(symbol),
            // A Hall symbol of its own making: the number cannot replace it.
            (Some(_), None) => Vec::new(),
            (None, None) => settings().collect(),
        };
        // A name and a number that disagree name nothing.
        entries.retain(|entry| self.number.is_none_or(|number| entry.number == number));
        entries
    }
}

/// `F d -3 m`, with the setting after a colon (`:1`, `:2`, `:H`, `:R`) or as ICSD writes it (`S` and `Z` for origins 1
/// and 2, `H` and `R` for axes).
fn by_hermann_mauguin(symbol: &str) -> Vec<HallSymbolEntry> {
    let named = |symbol: &str| -> Vec<HallSymbolEntry> {
        let symbol = bare(symbol);
        let full: Vec<HallSymbolEntry> = settings().filter(|entry| bare(entry.hm_full) == symbol).collect();
        if full.is_empty() { settings().filter(|entry| bare(entry.hm_short) == symbol).collect() } else { full }
    };
    let entries = named(symbol);
    if !entries.is_empty() {
        return entries;
    }
    let symbol = symbol.trim_end();
    let Some((at, _)) = symbol.char_indices().next_back() else { return entries };
    let (symbol, setting) = symbol.split_once(':').unwrap_or(symbol.split_at(at));
    let setting = match setting.trim() {
        "S" | "s" => "1",
        "Z" | "z" => "2",
        setting => setting,
    };
    named(symbol).into_iter().filter(|entry| entry.setting.eq_ignore_ascii_case(setting)).collect()
}

fn candidate(entry: &HallSymbolEntry) -> Option<Candidate> {
    let operations = operations_from_number(entry.number, Setting::HallNumber(entry.hall_number), false).ok()?;
    let operations = operations.iter().map(|operation| {
        let rotation = operation.rotation_as_array().map(|row| row.map(|w| w as i8));
        Operation { rotation, translation: operation.translation_as_array() }
    });
    let setting = if entry.setting.is_empty() { String::new() } else { format!(", setting {}", entry.setting) };
    let name = format!("{} (no. {}{setting})", entry.hm_full, entry.number);
    Some(Candidate { operations: operations.collect(), name, number: entry.number })
}

/// Whether rotations keep lengths and angles, to 1 %: Wᵀ G W = G with the metric G.
fn keep_shape(operations: &[Operation], lattice: &Lattice) -> bool {
    let rows = lattice.rows();
    let metric: [[f64; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| dot(&rows[i], &rows[j])));
    operations.iter().all(|operation| {
        let w = operation.rotation.map(|row| row.map(f64::from));
        (0..3).all(|i| {
            (0..3).all(|j| {
                let turned: f64 = (0..3).map(|k| (0..3).map(|l| w[k][i] * metric[k][l] * w[l][j]).sum::<f64>()).sum();
                (turned - metric[i][j]).abs() < 0.01 * (metric[i][i] * metric[j][j]).sqrt()
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Lattice, Named};

    fn cell(lengths: [f64; 3], angles: [f64; 3]) -> Lattice {
        Lattice::from_parameters(lengths, angles).unwrap()
    }

    #[test]
    fn names_lead_to_groups() {
        let named = |symbol| Named { hermann_mauguin: Some(symbol), ..Named::default() };
        let cubic = cell([5.0; 3], [90.0; 3]);
        let hexagonal = cell([5.0, 5.0, 7.0], [90.0, 90.0, 120.0]);
        let rhombohedral = cell([5.0; 3], [70.0; 3]);
        let monoclinic = cell([5.0, 6.0, 7.0], [90.0, 100.0, 90.0]);
        for (symbol, lattice, number, operations, candidates) in [
            ("P 1", &monoclinic, 1, 1, 1),
            ("P m -3 m", &cubic, 221, 48, 1),
            ("Fm-3m", &cubic, 225, 192, 1),
            ("C12/m1", &monoclinic, 12, 8, 1),
            ("P 31 2 1", &hexagonal, 152, 6, 1),
            ("P 2_1/c", &monoclinic, 14, 4, 3),
            ("R -3 m :H", &hexagonal, 166, 36, 1),
            ("R -3 m H", &hexagonal, 166, 36, 1),
            ("R -3 m", &hexagonal, 166, 36, 1),
            ("R-3m:R", &rhombohedral, 166, 12, 1),
            ("R -3 m", &rhombohedral, 166, 12, 1),
            ("F d -3 m:1", &cubic, 227, 192, 1),
            ("F d -3 m Z", &cubic, 227, 192, 1),
            ("F d -3 m", &cubic, 227, 192, 2),
        ] {
            let found = named(symbol).candidates(lattice);
            assert_eq!(
                (found[0].number, found[0].operations.len(), found.len()),
                (number, operations, candidates),
                "{symbol}"
            );
        }
        assert!(named("P 9 9 9").candidates(&cubic).is_empty());
        assert!(named("").candidates(&cubic).is_empty());
        assert!(named("é").candidates(&cubic).is_empty());
        // A cubic group does not fit a monoclinic cell.
        assert!(named("P m -3 m").candidates(&monoclinic).is_empty());
        let contradiction = Named { hermann_mauguin: Some("P 1"), number: Some(225), ..Named::default() };
        assert!(contradiction.candidates(&cubic).is_empty());
        let number = Named { number: Some(230), ..Named::default() };
        assert_eq!(number.candidates(&cubic)[0].operations.len(), 96);
        let hall = Named { hall: Some("-P 2ybc"), ..Named::default() };
        assert_eq!(hall.candidates(&monoclinic)[0].number, 14);
    }
}
