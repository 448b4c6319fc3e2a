//! One folder per paper. A system's folder never imports its neighbour.

pub mod crysbfn;
pub mod dci_vton;
pub mod dlv_irn;
pub mod fl_gfn;
pub mod oc_gfn;
pub mod op_gfn;
pub mod porous_gan;
