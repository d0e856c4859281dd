//! Uniform parameters: one struct in Rust and in WGSL.

use bytemuck::Pod;

/// The `Parameters` of a kernel: `#[repr(C)]`, words of u32 or f32 and pairs of u32, with the names and at
/// the offsets of its struct in WGSL.
pub(in crate::rooms::gpu) trait Uniform: Pod + std::fmt::Debug {}

impl<T: Pod + std::fmt::Debug> Uniform for T {}

#[cfg(test)]
pub(in crate::rooms::gpu) use check::check;

#[cfg(test)]
mod check {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use naga::{AddressSpace, ScalarKind, TypeInner};

    use super::Uniform;
    use crate::gpu::device::kernel::Variant;
    use crate::gpu::device::sources::Source;

    /// A field of a struct of parameters; its offset is in bytes.
    #[derive(Debug, PartialEq)]
    struct Field {
        name: String,
        offset: usize,
        is_float: bool,
    }

    /// The kernels that are checked already: their structs do not depend on the variant.
    static CHECKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

    /// Compares a struct with that of the kernel it is for.
    pub(in crate::rooms::gpu) fn check<U: Uniform>(source: &Source, variant: Variant) {
        let name = source.name;
        if !CHECKED.lock().unwrap().insert(format!("{name} {}", std::any::type_name::<U>())) {
            return;
        }
        let text = source.whole(variant.function);
        assert_eq!(of_rust::<U>(), of_wgsl(&text), "the parameters of {name}, in Rust and in WGSL");
    }

    /// The fields of a struct, as Debug prints it when word n holds n + 1.
    fn of_rust<U: Uniform>() -> Vec<Field> {
        let words: Vec<u32> = (1..=size_of::<U>() as u32 / 4).collect();
        let filled: U = bytemuck::pod_read_unaligned(bytemuck::cast_slice(&words));
        let text = format!("{filled:?}");
        let inside = text.split_once('{').map_or("", |(_, inside)| inside);
        let mut fields = vec![];
        for (name, value) in inside.split(", ").filter_map(|part| part.split_once(':')) {
            let value = value.trim_start_matches(" [").trim().trim_end_matches([' ', '}', ']']);
            let is_float = value.contains(['.', 'e']);
            let word = if is_float {
                value.parse::<f32>().unwrap().to_bits()
            } else {
                value.parse().unwrap()
            };
            let offset = 4 * (word as usize - 1);
            fields.push(Field { name: name.trim().to_string(), offset, is_float });
        }
        fields
    }

    /// The fields of the struct that the uniform of group 1 holds.
    fn of_wgsl(text: &str) -> Vec<Field> {
        let module = naga::front::wgsl::parse_str(text).unwrap();
        let mut uniforms =
            module.global_variables.iter().filter(|(_, v)| v.space == AddressSpace::Uniform);
        let (_, own) =
            uniforms.find(|(_, v)| v.binding.as_ref().is_some_and(|b| b.group == 1)).unwrap();
        let TypeInner::Struct { members, .. } = &module.types[own.ty].inner else {
            panic!("the uniform is no struct");
        };
        let mut fields = vec![];
        for member in members {
            let kind = match module.types[member.ty].inner {
                TypeInner::Scalar(scalar) | TypeInner::Vector { scalar, .. } => scalar.kind,
                ref other => panic!("{other:?} is no field of a uniform"),
            };
            fields.push(Field {
                name: member.name.clone().unwrap(),
                offset: member.offset as usize,
                is_float: kind == ScalarKind::Float,
            });
        }
        fields
    }
}
