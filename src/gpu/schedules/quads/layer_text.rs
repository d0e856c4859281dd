//! The text of one layer: a template of `shaders/quad*.wgsl` with the layer's number, and its activation.

use crate::gpu::device::sources::BY_PARAMETER;
use crate::plan::{Link, LinkActivation};

/// `applied_L(z)`: the activation of the layer and its derivative; `slope_by_parameter_L(z)`: its derivative with
/// respect to its learned parameter.
pub(super) fn applied(l: usize, link: &Link) -> String {
    const NONE: &str = "    return vec4<f32>(0.0);\n";
    let (functions, applied, by_parameter) = match &link.activation {
        LinkActivation::Linear => (
            String::new(),
            "    return Applied_L(z, vec4<f32>(1.0));\n".to_owned(),
            NONE.to_owned(),
        ),
        LinkActivation::Function(f, _) => {
            let arguments = f.expression.variables();
            let name = format!("activation_{l}");
            let function = f.expression.to_wgsl(&name, arguments);
            let body = format!(
                "{}    return Applied_L({}, {});\n",
                of_rows(&name, link),
                rows_of("x"),
                rows_of("y")
            );
            match &f.parameter {
                None => (function, body, NONE.to_owned()),
                Some(parameter) => {
                    let name = format!("{BY_PARAMETER}_{l}");
                    let slope = parameter.slope.to_wgsl(&name, arguments);
                    let of_slope =
                        format!("{}    return {};\n", of_rows(&name, link), rows_of("x"));
                    (function + &slope, body, of_slope)
                }
            }
        }
    };
    format!(
        "\n{functions}\nfn applied_L(z: vec4<f32>) -> Applied_L {{\n{applied}}}\n\
         \nfn slope_by_parameter_L(z: vec4<f32>) -> vec4<f32> {{\n{by_parameter}}}\n"
    )
}

/// `rx` to `rw`: a function of z, and of the layer's parameter if it has one, for each of four rows.
fn of_rows(name: &str, link: &Link) -> String {
    let (parameter, argument) = match link.parameter() {
        None => ("", ""),
        Some(_) => ("    let parameter = weight(PARAMETER_L);\n", ", parameter"),
    };
    let each = ["x", "y", "z", "w"].map(|c| format!("    let r{c} = {name}(z.{c}{argument});\n"));
    parameter.to_owned() + &each.concat()
}

/// The result `x` or `y` of each of four rows.
fn rows_of(result: &str) -> String {
    format!("vec4<f32>(rx.{result}, ry.{result}, rz.{result}, rw.{result})")
}

/// A template with the numbers of a layer and of the layer below in place of `_L` and `_B`.
pub(super) fn of_layer(template: &str, l: usize) -> String {
    let own = template.replace("_L", &format!("_{l}"));
    if l == 0 { own } else { own.replace("_B(", &format!("_{}(", l - 1)) }
}
