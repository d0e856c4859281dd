//! Uniform parameters as Rust and WGSL both have them.

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

    /// A field: its name, its offset in bytes, and whether it is of f32.
    type Field = (String, usize, bool);

    /// The kernels that were checked: their structs do not depend on the variant.
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

    /// The fields of a struct, by what Debug prints where word n holds n + 1.
    fn of_rust<U: Uniform>() -> Vec<Field> {
        let words: Vec<u32> = (1..=size_of::<U>() as u32 / 4).collect();
        let filled: U = bytemuck::pod_read_unaligned(bytemuck::cast_slice(&words));
        let text = format!("{filled:?}");
        let inside = text.split_once('{').map_or("", |(_, inside)| inside);
        let field = |(name, value): (&str, &str)| {
            let value = value.trim_start_matches(" [").trim().trim_end_matches([' ', '}', ']']);
            let is_float = value.contains(['.', 'e']);
            let word = if is_float {
                value.parse::<f32>().unwrap().to_bits()
            } else {
                value.parse().unwrap()
            };
            (name.trim().to_string(), 4 * (word as usize - 1), is_float)
        };
        inside.split(", ").filter_map(|part| part.split_once(':')).map(field).collect()
    }

    /// The fields of the struct behind the uniform of group 1.
    fn of_wgsl(text: &str) -> Vec<Field> {
        let module = naga::front::wgsl::parse_str(text).unwrap();
        let is_own = |space, binding: &Option<naga::ResourceBinding>| {
            space == AddressSpace::Uniform && binding.as_ref().is_some_and(|b| b.group == 1)
        };
        let mut globals = module.global_variables.iter();
        let (_, own) = globals.find(|(_, v)| is_own(v.space, &v.binding)).unwrap();
        let TypeInner::Struct { members, .. } = &module.types[own.ty].inner else {
            panic!("the uniform is no struct");
        };
        let field = |member: &naga::StructMember| {
            let kind = match module.types[member.ty].inner {
                TypeInner::Scalar(scalar) | TypeInner::Vector { scalar, .. } => scalar.kind,
                ref other => panic!("{other:?} is no field of a uniform"),
            };
            (member.name.clone().unwrap(), member.offset as usize, kind == ScalarKind::Float)
        };
        members.iter().map(field).collect()
    }
}
