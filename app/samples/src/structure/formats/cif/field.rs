//! Which names of a CIF are read.

/// The names that are read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Field {
    Cell(usize),
    Operation,
    MagneticOperation,
    MagneticCentring,
    Hall,
    HermannMauguin,
    Number,
    Formula,
    AtomType,
    Label,
    Symbol,
    Fractional(usize),
    Cartesian(usize),
    Occupancy,
    CalculationFlag,
    AlternateLocation,
    Name(Name),
    Model,
}

/// What mmCIF names an atom by. The authors have names of their own for most of it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Name {
    Chain,
    AuthorChain,
    Residue,
    AuthorResidue,
    Insertion,
    Component,
    Atom,
    AuthorAtom,
}

/// How many there are.
pub(super) const NAMES: usize = Name::AuthorAtom as usize + 1;

impl Field {
    /// Whether it is of a row of the sites, and not of the block.
    pub(super) fn is_of_site(self) -> bool {
        !matches!(
            self,
            Self::Cell(_)
                | Self::Operation
                | Self::MagneticOperation
                | Self::MagneticCentring
                | Self::Hall
                | Self::HermannMauguin
                | Self::Number
                | Self::Formula
                | Self::AtomType
        )
    }

    /// Whether it only helps where others are in doubt, and may be broken.
    pub(super) fn is_hint(self) -> bool {
        matches!(self, Self::Formula | Self::AtomType)
    }
}

/// `None` for names that are not read. mmCIF writes a dot where CIF has an underscore.
pub(super) fn field_of(tag: &str) -> Option<Field> {
    let tag = if tag.len() > 60 { return None } else { tag.to_ascii_lowercase().replace('.', "_") };
    let field = match tag.as_str() {
        "_cell_length_a" => Field::Cell(0),
        "_cell_length_b" => Field::Cell(1),
        "_cell_length_c" => Field::Cell(2),
        "_cell_angle_alpha" => Field::Cell(3),
        "_cell_angle_beta" => Field::Cell(4),
        "_cell_angle_gamma" => Field::Cell(5),
        "_symmetry_equiv_pos_as_xyz" | "_space_group_symop_operation_xyz" => Field::Operation,
        "_space_group_symop_magn_operation_xyz" => Field::MagneticOperation,
        "_space_group_symop_magn_centering_xyz" => Field::MagneticCentring,
        "_symmetry_space_group_name_hall" | "_space_group_name_hall" => Field::Hall,
        "_symmetry_space_group_name_h-m" | "_space_group_name_h-m_alt" | "_space_group_name_h-m" => {
            Field::HermannMauguin
        }
        "_symmetry_int_tables_number" | "_space_group_it_number" => Field::Number,
        "_chemical_formula_sum" => Field::Formula,
        "_atom_type_symbol" => Field::AtomType,
        "_atom_site_label" => Field::Label,
        "_atom_site_type_symbol" => Field::Symbol,
        "_atom_site_fract_x" => Field::Fractional(0),
        "_atom_site_fract_y" => Field::Fractional(1),
        "_atom_site_fract_z" => Field::Fractional(2),
        "_atom_site_cartn_x" => Field::Cartesian(0),
        "_atom_site_cartn_y" => Field::Cartesian(1),
        "_atom_site_cartn_z" => Field::Cartesian(2),
        "_atom_site_occupancy" => Field::Occupancy,
        "_atom_site_calc_flag" => Field::CalculationFlag,
        "_atom_site_label_alt_id" => Field::AlternateLocation,
        "_atom_site_label_asym_id" => Field::Name(Name::Chain),
        "_atom_site_auth_asym_id" => Field::Name(Name::AuthorChain),
        "_atom_site_label_seq_id" => Field::Name(Name::Residue),
        "_atom_site_auth_seq_id" => Field::Name(Name::AuthorResidue),
        "_atom_site_pdbx_pdb_ins_code" => Field::Name(Name::Insertion),
        "_atom_site_label_comp_id" => Field::Name(Name::Component),
        "_atom_site_label_atom_id" => Field::Name(Name::Atom),
        "_atom_site_auth_atom_id" => Field::Name(Name::AuthorAtom),
        "_atom_site_pdbx_pdb_model_num" => Field::Model,
        _ => return None,
    };
    Some(field)
}
