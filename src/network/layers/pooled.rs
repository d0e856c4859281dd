//! Pools: the layer over signals and over images, by itself and on a known input.

use super::extent::Extent;
use super::field::{Field, Source};
use super::one_layer::{Input, OnInput, OneLayer};
use crate::network::lowering::{Lowering, Site};
use crate::plan::access::Mode;
use crate::plan::ops::average_pool::AveragePool;
use crate::plan::ops::max_pool::MaxPool;
use crate::plan::{Axis, BufferId, Element, Padding, Windows};

/// A layer that reduces each window of a channel to one number.
pub trait Pool: Sized {
    /// The size of a window: a number over signals, a pair over images.
    type Extent: Extent;
    /// How it reduces a window.
    const REDUCTION: Reduction;

    /// The pool of these windows.
    fn new(size: Self::Extent, stride: Self::Extent) -> Self;

    /// The size of a window.
    fn size(&self) -> Self::Extent;

    /// The distance from one window to the next.
    fn stride(&self) -> Self::Extent;
}

/// How a pool reduces a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reduction {
    /// To its mean.
    Mean,
    /// To its largest element.
    Largest,
}

/// A pool on rows of known shape.
#[derive(Debug, Clone, PartialEq)]
pub struct PoolOn {
    pub(super) windows: Windows,
    pub(super) shape: Vec<usize>,
    pub(super) reduction: Reduction,
}

impl<P: Pool> OneLayer for P {
    type Placed = PoolOn;
    const FIELDS: &'static [&'static str] = &["size", "stride"];
    const AXES: Option<usize> = Some(P::Extent::AXES);

    /// As in other frameworks, the default stride is the size: windows lie side by side.
    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        let elements = P::Extent::ELEMENTS;
        let what = format!("the {elements} of a window");
        let size = P::Extent::read(from, "size", Some(P::Extent::TWO), &what)?;
        let what = format!("the {elements} from one window to the next");
        let stride = P::Extent::read(from, "stride", Some(size), &what)?;
        Ok(P::new(size, stride))
    }

    fn fields(&self) -> Vec<Field> {
        vec![self.size().field(), self.stride().field()]
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        let (size, stride) = (self.size(), self.stride());
        let sizes = size.numbers().iter().map(|&number| (number, "windows of 0"));
        let strides = stride.numbers().iter().map(|&number| (number, "a stride of 0"));
        sizes.chain(strides).collect()
    }

    fn described(&self) -> Option<String> {
        Some(format!("size {}, stride {}", self.size().text(" x "), self.stride().text(" x ")))
    }

    fn short(&self) -> Option<String> {
        Some(format!("{}{}", P::REDUCTION.letter(), self.size().text("x")))
    }

    fn place(&self, input: Input) -> Result<PoolOn, String> {
        let (channels, plane) = P::Extent::of_row(input.shape)?;
        let axes = axes(plane, self.size(), self.stride())?;
        let shape = P::Extent::row(channels, axes.map(|axis| axis.positions));
        let windows = Windows { channels, filters: channels, axes };
        Ok(PoolOn { windows, shape, reduction: P::REDUCTION })
    }
}

/// The axes of a pool over `input`; an error if a window is longer.
fn axes<E: Extent>(input: E, size: E, stride: E) -> Result<[Axis; 2], String> {
    let [inputs, sizes, strides] = [input, size, stride].map(E::pair);
    let axes = [0, 1].map(|i| Axis::new(inputs[i], sizes[i], strides[i], 1, Padding::Each(0)));
    match axes {
        [Ok(vertical), Ok(horizontal)] => Ok([vertical, horizontal]),
        [Err(_), _] | [_, Err(_)] => Err(format!(
            "has windows of {}, longer than {} of {}, and would leave nothing; use a smaller size",
            size.text(" x "),
            E::ROW,
            input.text(" x ")
        )),
    }
}

impl OnInput for PoolOn {
    fn shape(&self) -> Vec<usize> {
        self.shape.clone()
    }

    fn windows(&self) -> Option<Windows> {
        Some(self.windows)
    }

    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        let (windows, number) = (self.windows, &site.number);
        let lengths = lowering.lengths_of(&lowering.buffers[site.x.0].shape);
        let y = lowering.buffer(&format!("a{number}"), self.shape());
        let operation = match self.reduction {
            Reduction::Mean => {
                let (from, to, mode) = (site.x, y, Mode::Set);
                AveragePool { windows, lengths, from, to, transposed: false, mode }.into()
            }
            Reduction::Largest => {
                let winners = lowering.buffer(&format!("winners{number}"), self.shape());
                lowering.buffers[winners.0].element = Element::Index;
                MaxPool { windows, lengths, x: site.x, y, winners }.into()
            }
        };
        lowering.training.push(operation);
        y
    }
}

impl Reduction {
    /// The letter of a pool in the name of a network: `p2`.
    fn letter(self) -> char {
        match self {
            Reduction::Mean => 'a',
            Reduction::Largest => 'p',
        }
    }
}
