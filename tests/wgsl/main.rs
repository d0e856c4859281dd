//! The text of every kernel, without a device: valid WGSL of plain WebGPU, no imprecise built-in.

#[path = "../common/mod.rs"]
mod common;
mod exits;
mod modules;

use common::{classes, parameters, run, values};
use gpu_mlp::rooms::expr::Expression;
use gpu_mlp::rooms::gpu::{generated_sources, shader_sources};
use gpu_mlp::rooms::network::Activation;
use gpu_mlp::rooms::plan::{VALUE_LOSS_NAMES, ValueLoss};
use gpu_mlp::rooms::run::{Clip, Optimizer};

/// Built-ins in which drivers differ by 1e-5; kernels use `shaders/math.wgsl` instead.
const IMPRECISE: [&str; 20] = [
    "exp",
    "exp2",
    "log",
    "log2",
    "pow",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
    "atan",
    "atan2",
    "sinh",
    "cosh",
    "tanh",
    "asinh",
    "acosh",
    "atanh",
    "inverseSqrt",
    "smoothstep",
];

fn sources() -> Vec<(String, String)> {
    let names = [
        "relu",
        "leaky_relu(0.02)",
        "prelu",
        "elu",
        "selu",
        "gelu",
        "gelu_erf",
        "silu",
        "swish",
        "mish",
        "hardswish",
        "relu6",
        "hardsigmoid",
        "sigmoid",
        "softplus",
        "tanh",
        "custom_function",
        "x",
        "x^3 - 2^min(x, 9) + abs(x) + sqrt(x*x + 1)",
        "if(x <= 1, sin(x), if(x != 2, ln(x), cos(x)))",
        "1e30*x - 1.5e-40",
        "max(min(x, 3.4028234663852886e38), -3.4028234663852886e38)",
    ];
    let expression = |name: &str| -> Expression {
        match Activation::parse(name, "x*sigmoid(x)").unwrap() {
            Activation::Function(function) => function.expression,
            other => panic!("{name} is {other:?}"),
        }
    };
    let losses = VALUE_LOSS_NAMES.iter().copied().chain(["huber(0.3)", "max(0.1*e, -0.9*e)"]);
    let losses: Vec<_> = losses.map(|name| ValueLoss::parse(name).unwrap().expression).collect();
    let mut sources = shader_sources(&names.map(expression), &losses);
    sources.extend(of_networks());
    sources
}

/// The kernels that are generated for networks with every loss, activation, optimizer, clip and weight.
fn of_networks() -> Vec<(String, String)> {
    let weights: Vec<f64> = (0..40).map(|row| f64::from(row % 4)).collect();
    let weighted = classes(40, 3, 3).with_sample_weight(weights).unwrap();
    let mut runs = vec![];
    let clips = [None, Some(Clip::Norm(1.0)), Some(Clip::Value(1.0))];
    for (optimizer, clip) in Optimizer::ALL.into_iter().flat_map(|o| clips.map(|clip| (o, clip))) {
        for (sizes, activations, dataset) in [
            (&[3, 7, 3][..], &["prelu", "softmax"][..], &weighted),
            (&[3, 1], &["sigmoid"], &classes(40, 3, 2)),
            (&[3, 9, 5, 2], &["gelu", "linear", "prelu"], &values(40, 3, 2)),
        ] {
            let mut parameters = parameters(sizes, activations);
            (parameters.optimizer, parameters.clip) = (optimizer, clip);
            runs.push(run(&parameters, dataset));
        }
    }
    for loss in VALUE_LOSS_NAMES {
        let mut parameters = parameters(&[3, 4, 2], &["tanh", "linear"]);
        parameters.loss = Some(loss.into());
        runs.push(run(&parameters, &values(40, 3, 2)));
    }
    runs.iter().flat_map(|run| generated_sources(run).unwrap()).collect()
}

/// The code of a shader, without its comments.
fn code(source: &str) -> String {
    let line = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    source.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_kernel_is_valid_for_plain_webgpu() {
    let sources = sources();
    assert!(sources.len() > 30, "{} kernels", sources.len());
    for (name, source) in sources {
        let module = naga::front::wgsl::parse_str(&source)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&source)));
        let flags = naga::valid::ValidationFlags::all();
        // Everything else is an extension, which browsers may lack.
        let capabilities = naga::valid::Capabilities::empty();
        naga::valid::Validator::new(flags, capabilities)
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&source)));
        assert!(!module.entry_points.is_empty(), "{name} has an entry point");
        for entry in &module.entry_points {
            let threads: u32 = entry.workgroup_size.iter().product();
            assert!(threads <= 256, "{name}: browsers allow 256 threads, not {threads}");
        }
    }
}

#[test]
fn no_kernel_calls_an_imprecise_built_in() {
    for (name, source) in sources() {
        for word in code(&source).split(|c: char| !c.is_alphanumeric() && c != '_') {
            assert!(!IMPRECISE.contains(&word), "{name} calls {word}");
        }
    }
}

/// One kernel takes 9, Adam on weighted classes in one dispatch; a device with fewer buffers refuses it.
#[test]
fn no_kernel_takes_more_storage_buffers_than_browsers_allow() {
    for (name, source) in sources() {
        let code = code(&source);
        let has = |buffer: &str| code.contains(&format!("> {buffer}: array"));
        let nine = name.starts_with("resident")
            && ["row_weights", "slot_1", "confusion"].into_iter().all(has);
        let buffers = code.matches("var<storage").count();
        let allowed = if nine { 9 } else { 8 };
        assert!(buffers <= allowed, "{name}: {buffers} storage buffers, browsers allow 8");
    }
}
