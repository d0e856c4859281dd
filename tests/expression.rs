//! Expressions: text to program and back, derivatives, bits, and WGSL.

use gpu_mlp::rooms::expr::{Expression, MATH_WGSL, Scratch, Variable};
use gpu_mlp::rooms::math::Real;
use proptest::prelude::*;

/// The standard activations, and their spellings that must not overflow.
const ACTIVATIONS: [&str; 14] = [
    "max(x,0)",
    "if(x>0,x,0.01*x)",
    "if(x>0,x,exp(x)-1)",
    "1.0507009873554805*if(x>0,x,1.6732632423543772*(exp(x)-1))",
    "0.5*x*(1+tanh(0.7978845608028654*(x+0.044715*x^3)))",
    "0.5*x*(1+erf(x/sqrt(2)))",
    "sigmoid(x)",
    "softplus(x)",
    "tanh(x)",
    "x",
    "x*sigmoid(x)",
    "x*tanh(softplus(x))",
    "1/(1+exp(-x))",
    "ln(1+exp(x))",
];

fn parse(text: &str) -> Expression {
    Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Checks a shader as a driver would receive it.
fn validate(shader: &str) {
    let module = naga::front::wgsl::parse_str(shader)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(shader)));
    let flags = naga::valid::ValidationFlags::all();
    let capabilities = naga::valid::Capabilities::empty();
    naga::valid::Validator::new(flags, capabilities)
        .validate(&module)
        .unwrap_or_else(|error| panic!("{}", error.emit_to_string(shader)));
}

#[test]
fn the_mathematics_shader_is_valid_and_calls_no_imprecise_built_in() {
    validate(MATH_WGSL);
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    let code: String = MATH_WGSL.lines().map(code).collect();
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    for word in words {
        let imprecise = ["exp", "exp2", "log", "log2", "tanh", "pow", "sin", "cos"];
        assert!(!imprecise.contains(&word), "{word}");
    }
}

#[test]
fn the_wgsl_of_every_activation_is_valid() {
    let others = [
        "3",
        "x^7 - x^-2 + x^1.5 + 2^x + x^x",
        "abs(x) + min(x, 1e-7) + max(x, 3e38) - 1.5e-40*x",
        "if(x <= 1, sqrt(x), if(x != 2, ln(x), sin(x) - cos(x)))",
        "if(x < 1, -1, if(x >= 2, 1, if(x == 1.5, pi, e)))",
        "1e38*x^3 + 3e38*x",
    ];
    let mut shader = MATH_WGSL.to_owned();
    for (index, text) in ACTIVATIONS.into_iter().chain(others).enumerate() {
        shader += &parse(text).to_wgsl(&format!("activation_{index}"), &[Variable::X]);
    }
    validate(&shader);
    assert!(!shader.contains("pow("));
}

fn assert_finite<T: Real>(text: &str, x: T) {
    let (value, derivative) = parse(text).evaluate(x);
    assert!(value.is_finite() && derivative.is_finite(), "{text} at {x}: {value}, {derivative}");
}

#[test]
fn activations_stay_finite_far_out() {
    for text in ACTIVATIONS {
        for x in [1e4, 1e3, 100.0, 89.0, 0.0, -0.0] {
            assert_finite(text, x as f32);
            assert_finite(text, -x as f32);
            assert_finite(text, x);
            assert_finite(text, -x);
        }
    }
}

#[test]
fn far_out_activations_reach_their_limits() {
    for (text, left, right) in [
        ("x*sigmoid(x)", 0.0f32, 1e4f32),
        ("softplus(x)", 0.0, 1e4),
        ("ln(1+exp(x))", 0.0, 1e4),
        ("1/(1+exp(-x))", 0.0, 1.0),
        ("if(x>0,x,exp(x)-1)", -1.0, 1e4),
        ("0.5*x*(1+erf(x/sqrt(2)))", 0.0, 1e4),
        ("x*tanh(softplus(x))", 0.0, 1e4),
    ] {
        let expression = parse(text);
        assert!((expression.evaluate(-1e4f32).0 - left).abs() < 1e-30, "{text}");
        assert_eq!(expression.evaluate(1e4f32).0, right, "{text}");
    }
}

#[test]
fn at_the_kink_the_left_branch_holds() {
    for (text, slope) in
        [("max(x,0)", 0.0), ("if(x>0,x,0.01*x)", 0.01), ("if(x>0,x,exp(x)-1)", 1.0)]
    {
        assert_eq!(parse(text).evaluate(0.0f64).1, slope, "{text}");
        assert_eq!(parse(text).evaluate(0.0f32).1, slope as f32, "{text}");
    }
}

#[test]
fn an_error_reads_as_a_sentence_with_a_place() {
    let error = Expression::parse("x*sigmod(x)").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`sigmod` is no known name; did you mean sigmoid? allowed are x, pi, e and the functions \
         if, min, max, abs, exp, ln, sqrt, sin, cos, tanh, sigmoid, softplus, erf (at character 3)"
    );
    let error = Expression::parse("2x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "an operator is missing here; a product is written with *, as in 2*x (at character 2)"
    );
}

/// Random expressions, written with all the brackets that keep their shape.
fn text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        3 => Just("x".to_owned()),
        1 => Just("pi".to_owned()),
        2 => (-20i32..20).prop_map(|n| format!("({})", f64::from(n) / 4.0)),
        1 => (1u32..9).prop_map(|n| format!("{n}e-3")),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let function = prop::sample::select(vec![
            "abs", "exp", "ln", "sqrt", "sin", "cos", "tanh", "sigmoid", "softplus", "erf", "-",
        ]);
        let operator = prop::sample::select(vec!["+", "-", "*", "/"]);
        let comparison = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
        let exponent = prop::sample::select(vec!["2", "3", "-1", "0.5", "1.5", "x"]);
        prop_oneof![
            3 => (inner.clone(), operator, inner.clone())
                .prop_map(|(a, operator, b)| format!("({a}) {operator} ({b})")),
            3 => (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            1 => (inner.clone(), exponent).prop_map(|(a, n)| format!("({a})^{n}")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("max({a}, {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("min({a}, {b})")),
            1 => (inner.clone(), comparison, inner.clone(), inner)
                .prop_map(|(a, c, b, d)| format!("if({a} {c} {b}, {b}, {d})")),
        ]
    })
}

/// Whether f' at x agrees with central differences. Where two step widths disagree, a kink, a pole
/// or cancellation is near, and the differences prove nothing.
fn derivative_agrees(expression: &Expression, x: f64) -> Option<bool> {
    let f = |x: f64| expression.evaluate(x).0;
    let slope = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
    let (value, derivative) = expression.evaluate(x);
    let (coarse, fine) = (slope(2e-4), slope(1e-4));
    let estimate = fine + (fine - coarse) / 3.0;
    let scale = 1.0 + estimate.abs() + value.abs();
    let trusted = scale < 1e3 && (coarse - fine).abs() < 1e-6 * scale;
    // Beside a division by 0 a derivative may be no number: the author's own matter.
    let divides = expression.to_string().contains(['/', '^']) && derivative.is_nan();
    (trusted && !divides).then(|| (derivative - estimate).abs() < 1e-6 * scale)
}

/// Points away from 0 and from the quarters that random constants lie on: no kink by design.
const POINTS: [f64; 6] = [-3.137, -1.309, -0.391, 0.217, 0.883, 2.641];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn what_is_printed_parses_to_the_same_program(text in text()) {
        // A text whose constants overflow is refused, which is no matter of printing.
        if let Ok(expression) = Expression::parse(&text) {
            let printed = expression.to_string();
            let again = parse(&printed);
            prop_assert_eq!(again.to_string(), printed);
            prop_assert_eq!(again.to_wgsl("f", &[Variable::X]), expression.to_wgsl("f", &[Variable::X]));
        }
    }

    #[test]
    fn derivatives_match_central_differences(text in text()) {
        if let Ok(expression) = Expression::parse(&text) {
            for x in POINTS {
                prop_assert!(derivative_agrees(&expression, x) != Some(false), "{} at {}", text, x);
            }
        }
    }

    #[test]
    fn a_block_has_the_bits_of_single_elements(text in text(), x in prop::collection::vec(-30.0f64..30.0, 0..150)) {
        if let Ok(expression) = Expression::parse(&text) {
            let narrow: Vec<f32> = x.iter().map(|&x| x as f32).collect();
            let bits = |x: f32| if x.is_nan() { u32::MAX } else { x.to_bits() };
            same_bits(&expression, &narrow, bits)?;
            same_bits(&expression, &x, |x: f64| if x.is_nan() { u64::MAX } else { x.to_bits() })?;
        }
    }

    #[test]
    fn the_wgsl_of_random_expressions_is_valid(text in text()) {
        if let Ok(expression) = Expression::parse(&text) {
            validate(&format!("{MATH_WGSL}{}", expression.to_wgsl("f", &[Variable::X])));
        }
    }

    #[test]
    fn no_text_is_too_strange(text in "[x0-9a-e.+*/^(),<>=! -]{0,40}|\\PC{0,20}") {
        if let Err(error) = Expression::parse(&text) {
            prop_assert!(error.position <= text.chars().count());
        }
    }

    #[test]
    fn f32_is_near_f64(x in -20.0f32..20.0) {
        for text in ACTIVATIONS {
            let expression = parse(text);
            let (value, derivative) = expression.evaluate(x);
            let (truth, slope) = expression.evaluate(f64::from(x));
            // A few roundings of intermediates that are at most x itself.
            let bound = 16.0 * f64::from(f32::EPSILON) * f64::from(x.abs().max(1.0));
            prop_assert!((f64::from(value) - truth).abs() <= bound, "{} at {}", text, x);
            // Inside gelu's derivative x² multiplies 1 - tanh².
            let bound = bound * f64::from(x.abs().max(1.0));
            prop_assert!((f64::from(derivative) - slope).abs() <= bound, "{} at {}", text, x);
        }
    }
}

fn same_bits<T: Real, B: PartialEq + std::fmt::Debug>(
    expression: &Expression,
    x: &[T],
    bits: impl Fn(T) -> B,
) -> Result<(), TestCaseError> {
    let (mut value, mut derivative) = (vec![T::ZERO; x.len()], vec![T::ZERO; x.len()]);
    let mut scratch = Scratch::default();
    expression.evaluate_block(x, &[], &mut value, Some(&mut derivative), &mut scratch);
    for (index, &x) in x.iter().enumerate() {
        let (f, df) = expression.evaluate(x);
        prop_assert_eq!(bits(f), bits(value[index]));
        prop_assert_eq!(bits(df), bits(derivative[index]));
    }
    Ok(())
}

#[test]
fn derivatives_of_the_activations_match_central_differences() {
    for text in ACTIVATIONS {
        for x in POINTS {
            assert_eq!(derivative_agrees(&parse(text), x), Some(true), "{text} at {x}");
        }
    }
}

/// A network that was trained in f32 predicts in f64: beyond the limits of f32 too it is the same
/// function, to the rounding of the larger of f32's numbers there.
#[test]
fn beyond_the_limits_f64_is_what_f32_is() {
    for text in [
        "ln(x)",
        "exp(x)",
        "ln(exp(x))",
        "sqrt(x)",
        "x^0.5",
        "1/exp(x)",
        "sigmoid(x)",
        "softplus(x)",
    ] {
        let expression = Expression::parse(text).unwrap();
        for x in [-1e4f32, -1e3, -100.0, -88.0, -1.0, 0.0, 1e-40, 88.0, 89.0, 100.0, 1e3, 1e4] {
            let (single, double) = (expression.evaluate(x).0, expression.evaluate(f64::from(x)).0);
            // exp turns an error of a rounded argument, up to 88 · 2^-24, into a relative one.
            let allowed = 1e-5 * double.abs().max(1e-30);
            let apart = (f64::from(single) - double).abs();
            assert!(apart <= allowed, "{text} at {x}: {single} {double}");
        }
    }
}
