//! The draft: the warped garment laid into what is kept of the person.
//!
//! Pictures are −1 … 1, `[n, 3, h, w]`; masks are 0 … 1, `[n, 1, h, w]`, and `keep` is 1 where the person stays.

use burn::tensor::Tensor;

use super::super::inpainting::Draft;

/// The draft of the authors' second version, from the person without what is repainted, which is grey
/// (`agnostic_person` of the wardrobe): agnostic + w·m·(1 − K), as composite and as picture to inpaint. Where nothing
/// was warped to, neck, arms or hands, it stays grey.
pub fn composite(agnostic: Tensor<4>, warped: Tensor<4>, warped_mask: Tensor<4>, keep: Tensor<4>) -> Draft {
    let laid = agnostic + warped * (warped_mask * (-keep + 1.0));
    Draft { composite: laid.clone(), inpaint: laid }
}

/// The composite of the authors' first version: w·m·(1 − K) + I·K, in which what is neither kept nor covered is 0,
/// which is grey too.
pub fn first_composite(person: Tensor<4>, warped: Tensor<4>, warped_mask: Tensor<4>, keep: Tensor<4>) -> Tensor<4> {
    warped * (warped_mask * (-keep.clone() + 1.0)) + person * keep
}
