//! The twins of the kernels: one file per operation, named as its shader, in generic `T: Real`.

pub(crate) mod activation_backward;
pub(crate) mod add;
pub(crate) mod average_pool;
pub(crate) mod batch_norm_backward;
pub(crate) mod batch_statistics;
pub(crate) mod bias;
pub(crate) mod bias_activation;
pub(crate) mod bias_gradient;
pub(crate) mod binary_cross_entropy;
pub(crate) mod channel_statistics;
mod columns;
pub(crate) mod convolution;
pub(crate) mod convolution_input_gradient;
pub(crate) mod convolution_kernel_gradient;
pub(crate) mod dropout;
mod execute;
pub(crate) mod larger;
pub(crate) mod layer_norm_backward;
#[expect(unsafe_code, reason = "products of matrixmultiply take pointers")]
pub(crate) mod matmul;
pub(crate) mod max_pool;
pub(crate) mod max_pool_backward;
pub(crate) mod multi_label_cross_entropy;
mod norm;
pub(crate) mod normalize;
pub(crate) mod normalize_gradient;
pub(crate) mod outputs;
mod pairs;
pub(crate) mod parameter_gradient;
#[expect(unsafe_code, reason = "products of matrixmultiply take pointers")]
pub(crate) mod product;
pub(crate) mod recurrent;
pub(crate) mod recurrent_backward;
pub(crate) mod sigmoid;
pub(crate) mod site;
pub(crate) mod softmax;
pub(crate) mod softmax_cross_entropy;
pub(crate) mod take_lengths;
pub(crate) mod transpose;
mod units;
pub(crate) mod value_loss;
pub(crate) mod zero;

use self::execute::Execute;
use self::product::Product;
use self::site::Site;
use crate::plan::Operation;
use crate::plan::ops::operations;

macro_rules! executed {
    ($($file:ident $name:ident,)*) => {
        /// Executes an operation of a plan on the rows of a site.
        pub(crate) fn execute<T: Product>(operation: &Operation, site: &mut Site<T>) {
            match operation { $(Operation::$name(operation) => operation.execute(site),)* }
        }
    };
}
operations!(executed);
