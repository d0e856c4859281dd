//! The text of the generated kernels: the sizes of a network, then `shaders/quad*.wgsl` for each of its layers.

use std::fmt::Write;

use super::bindings::Declared;
use super::fusible::Fusible;
use super::layer_text::{applied, of_layer};
use crate::expr::{MATH_WGSL, Variable};
use crate::gpu::device::kernel::Access;
use crate::gpu::device::optimizer::optimizer_text;
use crate::gpu::device::sources::{LOSS_OF, STEP};
use crate::gpu::session::sizes::is_weighted;
use crate::network::Task;
use crate::plan::{Layout, Link, Loss};
use crate::run::Run;

macro_rules! shader {
    ($name:literal) => {
        include_str!(concat!("../../../../shaders/", $name, ".wgsl"))
    };
}

/// Makes the texts of the kernels of a network.
pub(super) struct Text<'a> {
    pub run: &'a Run,
    pub fusible: &'a Fusible,
    pub layout: &'a Layout,
    /// Threads per workgroup.
    pub threads: usize,
    /// The most quads in workgroup memory.
    pub quads: usize,
    /// Rows per replica that are gathered ahead.
    pub ahead: usize,
}

impl Text<'_> {
    /// The first dispatch of `two-phase`.
    pub fn two_phase_rows(&self, declared: &[Declared], quads_of_batch: usize) -> String {
        let own = constants(&[("QUADS_OF_BATCH", quads_of_batch)]);
        let parts = [STEP, MATH_WGSL, &self.constants(), &own, &declarations(declared)];
        let reduce = [shader!("reduce"), shader!("reduce4")];
        let reduce = if self.fusible.columns.any_parameter() { &reduce[..] } else { &[] };
        let pass = self.pass();
        [&parts[..], &[&pass], reduce, &[shader!("two_phase_rows")]].concat().join("\n")
    }

    /// The dispatches of `two-phase` that move weights, of `norm_workgroups` workgroups if the gradient's norm is
    /// bounded.
    pub fn two_phase_update(
        &self,
        declared: &[Declared],
        quads_of_batch: usize,
        norm_workgroups: Option<usize>,
    ) -> String {
        let workgroups = norm_workgroups.unwrap_or(0);
        let own = constants(&[("QUADS_OF_BATCH", quads_of_batch), ("WORKGROUPS", workgroups)]);
        let parts = [STEP, &self.constants(), &own, &declarations(declared)];
        let norm = [shader!("reduce"), shader!("two_phase_norm")];
        let norm = if norm_workgroups.is_some() { &norm[..] } else { &[] };
        let gradients = self.gradients(declared.len());
        let sums = [shader!("sums"), shader!("add_sums")].join("\n");
        [&parts[..], &[&gradients, &sums, shader!("two_phase_update")], norm].concat().join("\n")
    }

    /// The one dispatch of `resident`.
    pub fn resident(&self, declared: &[Declared], local_weights: bool) -> String {
        let access = if local_weights {
            shader!("resident_local_weights")
        } else {
            shader!("resident_stored_weights")
        };
        let own = format!("const BOUNDS_NORM = {};\n", self.run.bounds_norm());
        let parts = [STEP, MATH_WGSL, &self.constants(), &own, &declarations(declared)];
        let gradients = self.gradients(declared.len());
        let reduce = [shader!("reduce"), shader!("reduce4"), shader!("sums"), shader!("add_sums")];
        let reduce = reduce.join("\n");
        let rest = [&*self.pass(), &gradients, access, &reduce, shader!("resident")];
        [&parts[..], &rest].concat().join("\n")
    }

    /// The sizes of the network and of each layer.
    fn constants(&self) -> String {
        let Fusible { chain, columns } = self.fusible;
        let links = &chain.links;
        let mut text = constants(&[
            ("THREADS", self.threads),
            ("COLUMNS", columns.total),
            ("KEPT", columns.kept),
            ("QUADS", self.quads),
            ("AHEAD", self.ahead),
            ("INPUTS", links[0].inputs),
            ("OUTPUTS", links[links.len() - 1].units),
            ("LOGITS", columns.logits),
            ("EXPONENTIALS", columns.exponentials),
            ("ONES", columns.ones),
            ("STATS", columns.stats),
            ("STATS_LENGTH", columns.stats_length),
            ("WEIGHTS", self.layout.total()),
        ]);
        text += "alias Summed = f32;\n";
        for (l, link) in links.iter().enumerate() {
            text += &self.layer_constants(l, link);
        }
        text
    }

    fn layer_constants(&self, l: usize, link: &Link) -> String {
        let columns = &self.fusible.columns;
        let parameter = link.parameter().map_or(0, |parameter| self.layout.of(parameter).start);
        let sizes = constants(&[
            ("INPUTS_L", link.inputs),
            ("UNITS_L", link.units),
            ("WEIGHT_L", self.layout.of(link.weight).start),
            ("BIAS_L", self.layout.of(link.bias).start),
            ("PARAMETER_L", parameter),
            ("X_L", columns.inputs[l]),
            ("A_L", columns.output(l)),
            ("DELTA_L", columns.deltas[l]),
            ("SLOPE_BY_PARAMETER_L", columns.slopes_by_parameter[l].unwrap_or(0)),
            ("PARAMETER_COLUMN_L", columns.parameters[l].unwrap_or(0)),
        ]);
        let learns = columns.parameters[l].is_some();
        of_layer(&format!("{sizes}const LEARNS_L = {learns};\n"), l)
    }

    /// `pass_over`: forward, loss and backward over some quads.
    fn pass(&self) -> String {
        let links = &self.fusible.chain.links;
        let last = links.len() - 1;
        let mut text = shader!("quad").to_owned();
        for (l, link) in links.iter().enumerate() {
            text += &of_layer(&(shader!("quad_layer").to_owned() + &applied(l, link)), l);
            if l > 0 {
                text += &of_layer(shader!("quad_backward"), l);
            }
            if link.parameter().is_some() {
                text += &of_layer(shader!("quad_parameter"), l);
            }
        }
        if self.run.network.task() == Task::Classification {
            text += shader!("quad_count");
        }
        match &self.run.plan.loss {
            Loss::SoftmaxCrossEntropy => text += shader!("quad_softmax_cross_entropy"),
            Loss::BinaryCrossEntropy => text += shader!("quad_binary_cross_entropy"),
            // `Fusible::of` refuses it.
            Loss::MultiLabelCrossEntropy => {}
            Loss::OfValues(loss) => {
                text += &loss.expression.to_wgsl(LOSS_OF, &[Variable::E]);
                text += shader!("quad_value_loss");
            }
        }
        let row_weight = if is_weighted(self.run) { "row_weights[at]" } else { "1.0" };
        let _ = write!(
            text,
            "\nfn row_weight(at: u32) -> f32 {{\n    return {row_weight};\n}}\n\
             \nfn settle_logits(quad: u32, unit: u32, gradient: vec4<f32>) {{\n    \
             settle_{last}(quad, unit, gradient);\n}}\n"
        );
        text + &self.pass_over()
    }

    /// The phases of a pass, each with a barrier after it.
    fn pass_over(&self) -> String {
        let links = self.fusible.chain.links.len();
        let mut phases = vec!["load_inputs(local, first, rows, quads)".to_owned()];
        phases.extend((0..links).map(|l| format!("forward_{l}(local, quads)")));
        phases.push("loss(local, first, rows, quads, counts)".to_owned());
        for l in (0..links).rev() {
            if self.fusible.columns.parameters[l].is_some() {
                phases.push(format!("parameter_{l}(local, quads)"));
            }
            if l > 0 {
                phases.push(format!("backward_{l}(local, quads)"));
            }
        }
        let phases: String =
            phases.iter().map(|phase| format!("    {phase};\n    workgroupBarrier();\n")).collect();
        format!(
            "\nfn pass_over(local: u32, first: u32, rows: u32, quads: u32, counts: u32) {{\n{phases}}}\n"
        )
    }

    /// The gradient with respect to each weight, and the step of the weight; `declared` bindings come before the
    /// optimizer's slots.
    fn gradients(&self, declared: usize) -> String {
        let optimizer = optimizer_text(self.run.optimizer(), 1 + declared);
        [&optimizer, &self.factors(), shader!("quad_update")].join("\n")
    }

    /// `factors_of(i)` and `decay_of(i)` of weight i of a replica, tensor after tensor.
    fn factors(&self) -> String {
        let Fusible { chain, columns } = self.fusible;
        let (mut factors, mut decays) = (vec![], vec![]);
        let mut tensor = |id, pair: String| {
            let range = self.layout.of(id);
            let decay = f32::from(u8::from(self.run.plan.tensors[id.0].decay));
            let own = pair.replace("AT", &format!("(i - {}u)", range.start));
            factors.push((range.end, format!("vec2<u32>({own})")));
            decays.push((range.end, format!("{decay:?}")));
        };
        let ones = columns.ones;
        for (l, link) in chain.links.iter().enumerate() {
            let (delta, x, inputs) = (columns.deltas[l], columns.inputs[l], link.inputs);
            tensor(link.weight, format!("{delta}u + AT / {inputs}u, {x}u + AT % {inputs}u"));
            tensor(link.bias, format!("{delta}u + AT, {ones}u"));
            if let (Some(parameter), Some(column)) = (link.parameter(), columns.parameters[l]) {
                tensor(parameter, format!("{column}u, {ones}u"));
            }
        }
        let factors =
            by_tensor("factors_of", "vec2<u32>", &format!("vec2<u32>({ones}u)"), &factors);
        let decays = by_tensor("decay_of", "f32", "0.0", &decays);
        format!(
            "\n// The columns whose products, summed over the rows, are the gradient with respect to weight i.\n\
             {factors}\n// 1 where L2 pulls.\n{decays}"
        )
    }
}

/// A function of weight i: the value of the first tensor that ends after it, `rest` after all tensors.
fn by_tensor(name: &str, kind: &str, rest: &str, tensors: &[(usize, String)]) -> String {
    let arms: Vec<String> = tensors
        .iter()
        .map(|(end, value)| format!("if (i < {end}u) {{\n        value = {value};\n    }}"))
        .collect();
    format!(
        "fn {name}(i: u32) -> {kind} {{\n    var value = {rest};\n    {}\n    return value;\n}}\n",
        arms.join(" else ")
    )
}

fn constants(values: &[(&str, usize)]) -> String {
    values.iter().map(|(name, value)| format!("const {name} = {value}u;\n")).collect()
}

/// The declarations of group 1, from binding 1 on: the parameters are binding 0.
fn declarations(declared: &[Declared]) -> String {
    let mut text = String::new();
    for (number, (binding, access)) in (1..).zip(declared) {
        let (name, element) = binding.in_wgsl();
        let access = if *access == Access::Write { "read_write" } else { "read" };
        let _ = writeln!(
            text,
            "@group(1) @binding({number}) var<storage, {access}> {name}: array<{element}>;"
        );
    }
    text
}
