//! Flex: the kernels of this module for `f32`, the composed operators for everything else.

use super::ops::FastOps;
use burn::backend::Flex;

impl FastOps for Flex {}
