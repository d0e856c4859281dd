//! Convolutions: the layer over signals and over images, by itself and on a known input.

use super::extent::Extent;
use super::field::{Field, Source};
use super::one_layer::{Input, OnInput, OneLayer};
use super::row_shape::shape_text;
use super::weighted::{Weighted, lower};
use crate::network::lowering::{Lowering, Site};
use crate::plan::ops::convolution::Convolution;
use crate::plan::{Axis, BufferId, Padding, Windows};

/// A convolution. Sizes are a number over signals, a pair (down, across) over images.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv<E: Extent> {
    /// Channels of the output.
    pub filters: usize,
    /// Elements per position of the output.
    pub kernel: E,
    /// Elements from one position to the next.
    pub stride: E,
    /// The zeros around a channel.
    pub padding: E::Padding,
    /// Elements from one element of the kernel to the next.
    pub dilation: E,
    /// Whether it adds a bias per filter.
    pub bias: bool,
}

/// A convolution on rows of known shape.
#[derive(Debug, Clone, PartialEq)]
pub struct ConvOn {
    windows: Windows,
    /// The shape of W.
    weight: Vec<usize>,
    shape: Vec<usize>,
    bias: bool,
}

impl<E: Extent> Conv<E> {
    /// A convolution that moves by 1, sees every element, has no padding, and a bias.
    pub fn new(filters: usize, kernel: E) -> Self {
        let (stride, dilation) = (E::ONE, E::ONE);
        Conv { filters, kernel, stride, padding: E::UNPADDED, dilation, bias: true }
    }

    /// The axes on rows of this extent, or the padded length of each where a kernel is longer than one of them.
    fn axes(&self, input: E) -> Result<[Axis; 2], [usize; 2]> {
        let [inputs, kernels, strides, dilations] =
            [input, self.kernel, self.stride, self.dilation].map(E::pair);
        let paddings = E::paddings(self.padding);
        let axes =
            [0, 1].map(|i| Axis::new(inputs[i], kernels[i], strides[i], dilations[i], paddings[i]));
        match axes {
            [Ok(vertical), Ok(horizontal)] => Ok([vertical, horizontal]),
            faults => Err([0, 1].map(|i| match faults[i] {
                Err(padded) => padded,
                Ok(axis) => axis.padded(paddings[i]),
            })),
        }
    }
}

impl<E: Extent> OneLayer for Conv<E> {
    type Placed = ConvOn;
    const FIELDS: &'static [&'static str] =
        &["filters", "kernel", "stride", "padding", "dilation", "bias"];
    const ACTIVATION: Option<&'static str> = Some("linear");
    const AXES: Option<usize> = Some(E::AXES);

    fn read<S: Source>(from: &mut S) -> Result<Self, S::Error> {
        Ok(Conv {
            filters: from.size("filters", None, "the channels it makes")?,
            kernel: extent(from, "kernel", None, "it sees at once")?,
            stride: extent(from, "stride", Some(E::ONE), "from one position to the next")?,
            padding: E::read_padding(from, "padding")?,
            dilation: extent(from, "dilation", Some(E::ONE), "from tap to tap of its kernel")?,
            bias: from.flag("bias", true, "whether each filter has a bias")?,
        })
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field::Size(self.filters),
            self.kernel.field(),
            self.stride.field(),
            E::padding_field(self.padding),
            self.dilation.field(),
            Field::Flag(self.bias),
        ]
    }

    fn sizes(&self) -> Vec<(usize, &'static str)> {
        let mut sizes = vec![(self.filters, "0 filters")];
        let extents = [
            (&self.kernel, "a kernel of 0"),
            (&self.stride, "a stride of 0"),
            (&self.dilation, "a dilation of 0"),
        ];
        for (extent, what) in extents {
            sizes.extend(extent.numbers().iter().map(|&number| (number, what)));
        }
        sizes
    }

    fn fault(&self) -> Option<String> {
        if let Field::Paddings(
            [Padding::Same, Padding::Each(_)] | [Padding::Each(_), Padding::Same],
        ) = E::padding_field(self.padding)
        {
            return Some(
                "has a padding of \"same\" along one axis alone, which files do not tell; allowed: \"same\", \
                 or zeros along both"
                    .into(),
            );
        }
        let (kernel, dilation) = (self.kernel.pair(), self.dilation.pair());
        for (i, padding) in E::paddings(self.padding).into_iter().enumerate() {
            let span = Axis::span(kernel[i], dilation[i]);
            if let Padding::Each(zeros) = padding
                && zeros >= span
            {
                let axis = if E::AXES == 3 { [" down", " across"][i] } else { "" };
                return Some(format!(
                    "has a padding of {zeros}{axis} for a kernel of {}{}: its first position would see nothing \
                     but zeros; allowed{axis}: 0 to {}, or \"same\"",
                    kernel[i],
                    spread(&[span], &[kernel[i]]),
                    span - 1
                ));
            }
        }
        None
    }

    fn described(&self) -> Option<String> {
        let Conv { filters, kernel, stride, .. } = self;
        let [kernel, stride] = [kernel, stride].map(|extent| extent.text(" x "));
        let paddings = match E::paddings(self.padding) {
            [vertical, horizontal] if E::AXES == 3 && vertical != horizontal => {
                format!("{vertical} x {horizontal}")
            }
            [_, padding] => padding.to_string(),
        };
        let mut text =
            format!("{filters} filters, kernel {kernel}, stride {stride}, padding {paddings}");
        if self.dilation != E::ONE {
            text += &format!(", dilation {}", self.dilation.text(" x "));
        }
        if !self.bias {
            text += ", no bias";
        }
        Some(text)
    }

    fn short(&self) -> Option<String> {
        Some(format!("{}c{}", self.filters, self.kernel.text("x")))
    }

    fn place(&self, input: Input) -> Result<ConvOn, String> {
        let (channels, extent) = E::of_row(input.shape)?;
        let weight = E::row(channels, self.kernel.pair());
        let weight: Vec<usize> = [&[self.filters], &weight[..]].concat();
        let axes = self.axes(extent).map_err(|padded| {
            let (padded, kernel, dilation) = (E::of_pair(padded), self.kernel, self.dilation);
            let spans = [0, 1].map(|i| Axis::span(kernel.pair()[i], dilation.pair()[i]));
            format!(
                "has kernels of {}{}, longer than {} of {} padded to {}; use a shorter kernel, or \
                 \"padding\": \"same\"",
                shape_text(&weight),
                spread(E::of_pair(spans).numbers(), kernel.numbers()),
                E::ROW,
                extent.text(" x "),
                padded.text(" x ")
            )
        })?;
        let shape = E::row(self.filters, axes.map(|axis| axis.positions));
        let windows = Windows { channels, filters: self.filters, axes };
        Ok(ConvOn { windows, weight, shape, bias: self.bias })
    }
}

/// ` spread to 5 x 5`, where dilation makes kernels longer than they are.
fn spread(spans: &[usize], kernel: &[usize]) -> String {
    let spans_text: Vec<String> = spans.iter().map(ToString::to_string).collect();
    if spans == kernel { String::new() } else { format!(" spread to {}", spans_text.join(" x ")) }
}

fn extent<E: Extent, S: Source>(
    from: &mut S,
    field: &str,
    otherwise: Option<E>,
    what: &str,
) -> Result<E, S::Error> {
    E::read(from, field, otherwise, &format!("the {} {what}", E::ELEMENTS))
}

impl OnInput for ConvOn {
    fn shape(&self) -> Vec<usize> {
        self.shape.clone()
    }

    fn weights(&self) -> u128 {
        self.weight.iter().map(|&size| size as u128).product()
    }

    fn windows(&self) -> Option<Windows> {
        Some(self.windows)
    }

    /// Glorot's fans: the inputs of one output, and the outputs of one input.
    fn lower(&self, lowering: &mut Lowering, site: &Site) -> BufferId {
        let (windows, x) = (self.windows, site.x);
        let weighted = Weighted {
            weight: self.weight.clone(),
            fan_in: windows.terms(),
            fan_out: windows.filters * windows.taps(),
            output: self.shape(),
            bias: self.bias,
        };
        lower(lowering, site, weighted, |weight, z| Convolution { windows, x, weight, z }.into())
    }
}
