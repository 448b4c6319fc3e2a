//! Operations of a space group that a file only names.

use std::sync::LazyLock;

use moyo::data::{HallSymbol, HallSymbolEntry, Setting, hall_symbol_entry};

use super::operation::Operation;
use crate::structure::{Lattice, crystal::dot};

/// A setting of the International Tables with its names, bare.
struct Tabulated {
    entry: HallSymbolEntry,
    hall: String,
    /// The full name, the same without idle axes, the short one and an old one: each of these goes before the next.
    names: [String; 4],
}

/// All 530. A file of many blocks asks as often.
static SETTINGS: LazyLock<Vec<Tabulated>> = LazyLock::new(|| {
    let tabulated = |entry: HallSymbolEntry| Tabulated {
        hall: bare(entry.hall_symbol),
        names: [bare(entry.hm_full), without_idle_axes(&entry), bare(entry.hm_short), old_name(&entry)],
        entry,
    };
    (1..=530).filter_map(hall_symbol_entry).map(tabulated).collect()
});

fn settings(is_meant: impl Fn(&Tabulated) -> bool) -> Vec<HallSymbolEntry> {
    SETTINGS.iter().filter(|setting| is_meant(setting)).map(|setting| setting.entry.clone()).collect()
}

/// Spaces, underscores, brackets and case do not matter: `P 21/c` and SHELX's `P2(1)/c` are `P 2_1/c`.
fn bare(symbol: &str) -> String {
    let is_kept = |c: &char| !c.is_whitespace() && !"_()".contains(*c);
    symbol.chars().filter(is_kept).take(60).map(|c| c.to_ascii_lowercase()).collect()
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

    /// The name, if it is none of the tables and the number has to do.
    pub(super) fn unknown_name(&self) -> Option<&str> {
        let name = self.hermann_mauguin.filter(|_| self.hall.is_none() && self.number.is_some())?;
        (by_hermann_mauguin(name).is_empty() && centred_triclinic(name).is_none()).then_some(name)
    }

    /// The settings that may be meant and whose operations keep the cell's shape, the standard one first. One, unless
    /// the file leaves the origin or the axes open.
    pub(super) fn candidates(&self, lattice: &Lattice) -> Vec<Candidate> {
        let mut entries = self.entries();
        entries.sort_by_key(|entry| Setting::Standard.hall_number(entry.number) != Some(entry.hall_number));
        let mut candidates: Vec<Candidate> = entries.iter().filter_map(candidate).collect();
        if entries.is_empty() {
            candidates.extend(self.hermann_mauguin.and_then(centred_triclinic));
        }
        candidates.retain(|candidate| {
            self.number.is_none_or(|number| candidate.number == number) && keep_shape(&candidate.operations, lattice)
        });
        candidates
    }

    fn entries(&self) -> Vec<HallSymbolEntry> {
        let hall = self.hall.map(bare);
        let by_hall = settings(|setting| hall.as_ref() == Some(&setting.hall));
        let by_name = self.hermann_mauguin.map(by_hermann_mauguin).unwrap_or_default();
        let mut entries = match (self.hall, self.hermann_mauguin) {
            _ if !by_hall.is_empty() => by_hall,
            _ if !by_name.is_empty() => by_name,
            // A Hall symbol of its own making: the number cannot replace it.
            (Some(_), _) => Vec::new(),
            (None, name) => self.entries_of_number(name),
        };
        // A name and a number that disagree name nothing.
        entries.retain(|entry| self.number.is_none_or(|number| entry.number == number));
        entries
    }

    /// The settings of the number: of one given beside an unknown name those that have the lattice of that name.
    fn entries_of_number(&self, name: Option<&str>) -> Vec<HallSymbolEntry> {
        let lattice = name.and_then(|name| name.trim_start().chars().next()).filter(|c| "PABCIFRH".contains(*c));
        // The Protein Data Bank calls hexagonal axes so.
        let lattice = lattice.map(|letter| if letter == 'H' { 'R' } else { letter });
        settings(|Tabulated { entry, .. }| {
            self.number == Some(entry.number) && lattice.is_none_or(|letter| entry.hm_short.starts_with(letter))
        })
    }
}

/// `F d -3 m`, with the setting after a colon (`:1`, `:2`, `:H`, `:R`) or as ICSD writes it (`S` and `Z` for origins 1
/// and 2, `H` and `R` for axes).
fn by_hermann_mauguin(symbol: &str) -> Vec<HallSymbolEntry> {
    let named = |symbol: &str| {
        let symbol = bare(symbol);
        let by_name = |kind: usize| settings(|setting| setting.names[kind] == symbol);
        (0..4).map(by_name).find(|entries| !entries.is_empty()).unwrap_or_default()
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

/// `P 21/n` for `P 1 2_1/n 1`: the short name of a monoclinic setting of its own, where the tables call all choices of the
/// cell `P 2_1/c`.
fn without_idle_axes(entry: &HallSymbolEntry) -> String {
    let fields = entry.hm_full.split(' ').filter(|&field| field != "1" || !(3..=15).contains(&entry.number));
    bare(&fields.collect::<String>())
}

/// The short name as it was before there was `e` for two glide planes in one (`C m c a`, Acta Cryst. A48 (1992) 727),
/// or without the bar of a cubic group (`P m 3 m`).
fn old_name(entry: &HallSymbolEntry) -> String {
    // Of the two glides the name had the one that permuting the axes gives; of the settings every other reverses them.
    let is_reversed = entry.setting.contains('-');
    let glide = match (entry.hm_short.chars().next(), is_reversed) {
        (Some('C'), false) | (Some('B'), true) => "a",
        (Some('A'), false) | (Some('C'), true) => "b",
        _ => "c",
    };
    let name = bare(entry.hm_short).replace('e', glide);
    // The first cubic group.
    if entry.number >= 195 { name.replace("-3", "3") } else { name }
}

fn candidate(entry: &HallSymbolEntry) -> Option<Candidate> {
    let setting = if entry.setting.is_empty() { String::new() } else { format!(", setting {}", entry.setting) };
    let name = format!("{} (no. {}{setting})", entry.hm_full, entry.number);
    Some(Candidate { operations: operations(entry.hall_symbol)?, name, number: entry.number })
}

/// `A -1` and the like: a cell larger than need be, for angles near 90° or as those of a related structure. The tables
/// leave them out.
fn centred_triclinic(name: &str) -> Option<Candidate> {
    let name = bare(name).to_ascii_uppercase();
    let (lattice, group) = (name.get(..1)?, name.get(1..)?);
    let (hall, number) = match group {
        _ if !"ABCIF".contains(lattice) => return None,
        "1" => (format!("{lattice} 1"), 1),
        "-1" => (format!("-{lattice} 1"), 2),
        _ => return None,
    };
    Some(Candidate { operations: operations(&hall)?, name: format!("{lattice} {group} (no. {number})"), number })
}

/// All operations of a Hall symbol, which must be a sound one.
fn operations(hall: &str) -> Option<Vec<Operation>> {
    let symbol = HallSymbol::new(hall)?;
    let lattice_points = symbol.centering.lattice_points();
    let modulo_lattice = symbol.traverse();
    let operation = |point: [f64; 3], operation: &moyo::base::Operation| {
        let shift = operation.translation_as_array();
        Operation {
            rotation: operation.rotation_as_array().map(|row| row.map(f64::from)),
            translation: std::array::from_fn(|k| (shift[k] + point[k]) % 1.0),
        }
    };
    let points = lattice_points.iter().map(|point| [point[0], point[1], point[2]]);
    Some(points.flat_map(|point| modulo_lattice.iter().map(move |of| operation(point, of))).collect())
}

/// Whether rotations keep lengths and angles, to 1 %: Wᵀ G W = G with the metric G.
fn keep_shape(operations: &[Operation], lattice: &Lattice) -> bool {
    let rows = lattice.rows();
    let metric: [[f64; 3]; 3] = std::array::from_fn(|i| std::array::from_fn(|j| dot(&rows[i], &rows[j])));
    operations.iter().all(|operation| {
        let w = &operation.rotation;
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
            ("P 2_1/c", &monoclinic, 14, 4, 1),
            ("P 21/n", &monoclinic, 14, 4, 1),
            ("I 2/a", &monoclinic, 15, 8, 1),
            ("R -3 m :H", &hexagonal, 166, 36, 1),
            ("R -3 m H", &hexagonal, 166, 36, 1),
            ("R -3 m", &hexagonal, 166, 36, 1),
            ("R-3m:R", &rhombohedral, 166, 12, 1),
            ("R -3 m", &rhombohedral, 166, 12, 1),
            ("F d -3 m:1", &cubic, 227, 192, 1),
            ("F d -3 m Z", &cubic, 227, 192, 1),
            ("F d -3 m", &cubic, 227, 192, 2),
            // Without bars, with the brackets of SHELX, from before 1992.
            ("P m 3 m", &cubic, 221, 48, 1),
            ("I a 3 d", &cubic, 230, 96, 1),
            ("P a 3", &cubic, 205, 24, 1),
            ("F d 3 m", &cubic, 227, 192, 2),
            ("Fd3m:2", &cubic, 227, 192, 1),
            ("R 3 m", &hexagonal, 160, 18, 1),
            ("P2(1)/c", &monoclinic, 14, 4, 1),
            ("P 6(3)/m m c", &hexagonal, 194, 24, 1),
            ("C m c a", &cubic, 64, 16, 1),
            ("C c m b", &cubic, 64, 16, 1),
            ("A b m 2", &cubic, 39, 8, 1),
            ("A b a 2", &cubic, 41, 8, 1),
            ("C m m a", &cubic, 67, 16, 1),
            ("C m m b", &cubic, 67, 16, 1),
            ("C m m e", &cubic, 67, 16, 2),
            ("C c c a", &cubic, 68, 16, 2),
            ("C c c a Z", &cubic, 68, 16, 1),
            // Left out by the tables.
            ("A -1", &monoclinic, 2, 4, 1),
            ("F -1", &monoclinic, 2, 8, 1),
            ("C1", &monoclinic, 1, 2, 1),
        ] {
            let found = named(symbol).candidates(lattice);
            assert_eq!(
                (found[0].number, found[0].operations.len(), found.len()),
                (number, operations, candidates),
                "{symbol}"
            );
        }
        let old = named("C m m b").candidates(&cubic).remove(0);
        assert_eq!(old.name, "C 2/m 2/m 2/e (no. 67, setting ba-c)");
        assert!(named("P 9 9 9").candidates(&cubic).is_empty());
        assert!(named("").candidates(&cubic).is_empty());
        assert!(named("é").candidates(&cubic).is_empty());
        // A cubic group does not fit a monoclinic cell.
        assert!(named("P m -3 m").candidates(&monoclinic).is_empty());
        let contradiction = Named { hermann_mauguin: Some("P 1"), number: Some(225), ..Named::default() };
        assert!(contradiction.candidates(&cubic).is_empty());
        let contradiction = Named { hermann_mauguin: Some("A -1"), number: Some(225), ..Named::default() };
        assert!(contradiction.candidates(&cubic).is_empty());
        let unknown = |name, number| Named { hermann_mauguin: Some(name), number: Some(number), ..Named::default() };
        assert_eq!(unknown("P 21/c (b)", 14).candidates(&monoclinic).len(), 3);
        assert_eq!(unknown("tetragonal", 123).candidates(&cubic).len(), 1);
        assert_eq!(unknown("H -3 m", 166).candidates(&hexagonal).len(), 1);
        assert!(unknown("C 4/m m m", 123).candidates(&cubic).is_empty());
        assert_eq!(unknown("P 21/c (b)", 14).unknown_name(), Some("P 21/c (b)"));
        assert_eq!((unknown("A -1", 2).unknown_name(), unknown("P m 3 m", 221).unknown_name()), (None, None));
        let number = Named { number: Some(230), ..Named::default() };
        assert_eq!(number.candidates(&cubic)[0].operations.len(), 96);
        let hall = Named { hall: Some("-P 2ybc"), ..Named::default() };
        assert_eq!(hall.candidates(&monoclinic)[0].number, 14);
    }
}
