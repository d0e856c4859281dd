//! The text of an optimizer: how it moves a weight, and where it keeps its slots from step to step.

use std::fmt::Write;

use crate::run::{Formula, Optimizer};

/// Bounds on a gradient.
pub(super) const BOUNDS: &str = include_str!("../../../shaders/bounds.wgsl");
/// What every optimizer does with a weight.
const OPTIMIZER: &str = include_str!("../../../shaders/optimizer.wgsl");

/// The function `moved` of an optimizer.
fn moved(optimizer: Optimizer) -> &'static str {
    match optimizer {
        Optimizer::Sgd => include_str!("../../../shaders/sgd.wgsl"),
        Optimizer::Momentum { .. } => include_str!("../../../shaders/momentum.wgsl"),
        Optimizer::Adam { .. } => include_str!("../../../shaders/adam.wgsl"),
    }
}

/// `moves_weight` of an optimizer, whose slots are the bindings of group 1 from `first_slot` on.
pub(in crate::rooms::gpu) fn optimizer_text(optimizer: Optimizer, first_slot: usize) -> String {
    let Formula { slots, numbers, .. } = optimizer.formula();
    let numbers: Vec<&str> = numbers.iter().map(|(name, _)| *name).collect();
    let structs = structure("Numbers", &numbers) + &structure("Slots", slots);
    let structs = structs + &numbers_function(numbers.len());
    let slots = slot_functions(slots, first_slot);
    [BOUNDS, OPTIMIZER, &structs, &slots, moved(optimizer)].join("\n")
}

/// The function `numbers_of`, which names the numbers of a step as the formula does.
fn numbers_function(numbers: usize) -> String {
    let numbers: Vec<String> = match numbers {
        0 => vec!["0.0".into()],
        _ => (0..numbers).map(|number| format!("step.numbers[{number}]")).collect(),
    };
    let numbers = numbers.join(", ");
    format!("fn numbers_of(step: Step) -> Numbers {{\n    return Numbers({numbers});\n}}\n")
}

/// A structure of f32 members; WGSL allows no empty one, so it gets a member `none`.
fn structure(name: &str, members: &[&str]) -> String {
    let members = if members.is_empty() { &["none"] } else { members };
    let members: String = members.iter().map(|member| format!("    {member}: f32,\n")).collect();
    format!("struct {name} {{\n{members}}}\n")
}

/// The buffers of the slots, and the functions that read and write the slots of a weight.
fn slot_functions(slots: &[&str], first: usize) -> String {
    let (mut buffers, mut fetched, mut kept) = (String::new(), vec![], String::new());
    for (number, slot) in slots.iter().enumerate() {
        let binding = first + number;
        let _ = writeln!(
            buffers,
            "@group(1) @binding({binding}) var<storage, read_write> slot_{number}: array<f32>;"
        );
        fetched.push(format!("slot_{number}[at]"));
        let _ = writeln!(kept, "    slot_{number}[at] = slots.{slot};");
    }
    format!(
        "{buffers}\nfn slots_at(at: u32) -> Slots {{\n    return Slots({});\n}}\n\
         \nfn keep_slots(at: u32, slots: Slots) {{\n{kept}}}\n",
        fetched.join(", ")
    )
}
