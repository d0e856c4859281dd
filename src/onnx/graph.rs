//! A graph while it is built. Its values are f64, except its input, probabilities as its output, and casts to f32
//! between.

use std::collections::HashMap;

use super::schema::{
    AttributeProto, DOUBLE, DimensionProto, FLOAT, GraphProto, INT, INT32, INTEGER, INTS, Length,
    NodeProto, REAL, REALS, TEXT, TEXTS, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto,
    ValueInfoProto,
};

/// The name of the graph's input.
pub(super) const INPUT: &str = "input";
/// The name of its input of the lengths of the rows, where they have some.
pub(super) const LENGTHS: &str = "sequence_lens";

/// The name of a value: an input, a constant, or the output of a node.
pub(super) type Value = String;

/// Nodes and constants so far.
#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<NodeProto>,
    initializers: Vec<TensorProto>,
    /// The names of single numbers, by their bits.
    numbers: HashMap<u64, Value>,
    /// Which samples of each row exist, (batch, 1, samples), where rows have lengths.
    pub existing: Option<Value>,
}

/// A setting of an operator.
pub(super) enum Setting {
    Int(i64),
    Ints(Vec<usize>),
    Real(f32),
    Reals(Vec<f32>),
    Text(String),
    Texts(Vec<String>),
}

/// The output of a graph: a name, the numbers per row and their type.
pub(super) struct GraphOutput {
    pub name: &'static str,
    pub columns: usize,
    pub element: i32,
}

impl Graph {
    /// A node with one output, named after its operator.
    pub fn node(&mut self, operator: &str, inputs: &[&str]) -> Value {
        self.node_with(operator, inputs, &[])
    }

    /// The same with settings.
    pub fn node_with(
        &mut self,
        operator: &str,
        inputs: &[&str],
        settings: &[(&str, Setting)],
    ) -> Value {
        let name = format!("{operator}_{}", self.nodes.len());
        self.push(operator, inputs, settings, vec![name.clone()]);
        name
    }

    /// A node with two outputs.
    pub fn node_of_two(
        &mut self,
        operator: &str,
        inputs: &[&str],
        settings: &[(&str, Setting)],
    ) -> (Value, Value) {
        let name = format!("{operator}_{}", self.nodes.len());
        let last = format!("{name}_last");
        self.push(operator, inputs, settings, vec![name.clone(), last.clone()]);
        (name, last)
    }

    fn push(
        &mut self,
        operator: &str,
        inputs: &[&str],
        settings: &[(&str, Setting)],
        output: Vec<Value>,
    ) {
        self.nodes.push(NodeProto {
            input: inputs.iter().map(ToString::to_string).collect(),
            name: output.first().cloned(),
            output,
            op_type: Some(operator.into()),
            attribute: settings.iter().map(|(name, setting)| attribute(name, setting)).collect(),
        });
    }

    /// A constant array in f32.
    pub fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Value {
        self.constant(name, shape, FLOAT, values.iter().flat_map(|v| v.to_le_bytes()).collect())
    }

    /// A constant array in f64.
    pub fn doubles(&mut self, name: &str, shape: &[usize], values: &[f64]) -> Value {
        self.constant(name, shape, DOUBLE, values.iter().flat_map(|v| v.to_le_bytes()).collect())
    }

    /// A constant array of i64; one of each name.
    pub fn whole_numbers(&mut self, name: &str, values: &[i64]) -> Value {
        if !self.initializers.iter().any(|own| own.name.as_deref() == Some(name)) {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            self.constant(name, &[values.len()], INTEGER, bytes);
        }
        name.into()
    }

    /// A constant array of this kind of elements.
    pub fn constant(&mut self, name: &str, shape: &[usize], kind: i32, bytes: Vec<u8>) -> Value {
        self.initializers.push(TensorProto {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: Some(kind),
            name: Some(name.into()),
            raw_data: Some(bytes),
        });
        name.into()
    }

    /// A number, which is broadcast to the other operand's shape.
    pub fn number(&mut self, value: f64) -> Value {
        if let Some(name) = self.numbers.get(&value.to_bits()) {
            return name.clone();
        }
        let name = format!("number_{}", self.numbers.len());
        self.numbers.insert(value.to_bits(), name.clone());
        self.doubles(&name, &[], &[value])
    }

    /// The same values without an axis of length 1.
    pub fn squeezed(&mut self, value: &str, axis: i64) -> Value {
        let name = self.whole_numbers(&format!("axis_{axis}"), &[axis]);
        self.node("Squeeze", &[value, &name])
    }

    /// The same values as f64.
    pub fn widened(&mut self, value: &str) -> Value {
        self.node_with("Cast", &[value], &[("to", Setting::Int(DOUBLE.into()))])
    }

    /// The nearest f32.
    pub fn rounded(&mut self, value: &str) -> Value {
        self.node_with("Cast", &[value], &[("to", Setting::Int(FLOAT.into()))])
    }

    /// The graph on rows of shape `input`; its last node makes the output.
    pub fn finish(
        mut self,
        input: &[usize],
        documentation: Option<String>,
        output: GraphOutput,
    ) -> GraphProto {
        if let Some(last) = self.nodes.last_mut() {
            last.output = vec![output.name.into()];
        }
        let lengths = self.existing.map(|_| described(LENGTHS, INT32, &[]));
        let input = ValueInfoProto { doc_string: documentation, ..described(INPUT, FLOAT, input) };
        GraphProto {
            node: self.nodes,
            name: Some("network".into()),
            initializer: self.initializers,
            input: std::iter::once(input).chain(lengths).collect(),
            output: vec![described(output.name, output.element, &[output.columns])],
        }
    }
}

fn attribute(name: &str, setting: &Setting) -> AttributeProto {
    let mut own = AttributeProto { name: Some(name.into()), ..AttributeProto::default() };
    let kind = match setting {
        Setting::Int(i) => {
            own.i = Some(*i);
            INT
        }
        Setting::Ints(all) => {
            own.ints = all.iter().map(|&i| i as i64).collect();
            INTS
        }
        Setting::Real(f) => {
            own.f = Some(*f);
            REAL
        }
        Setting::Reals(all) => {
            own.floats.clone_from(all);
            REALS
        }
        Setting::Text(text) => {
            own.s = Some(text.clone().into_bytes());
            TEXT
        }
        Setting::Texts(all) => {
            own.strings = all.iter().map(|text| text.clone().into_bytes()).collect();
            TEXTS
        }
    };
    own.r#type = Some(kind);
    own
}

/// Numbers of a type, of shape (batch, ...row).
fn described(name: &str, element: i32, row: &[usize]) -> ValueInfoProto {
    let sizes = row.iter().map(|&size| Length::Value(size as i64));
    let lengths = std::iter::once(Length::Name("batch".into())).chain(sizes);
    let dim = lengths.map(|length| DimensionProto { value: Some(length) }).collect();
    let tensor =
        TensorTypeProto { elem_type: Some(element), shape: Some(TensorShapeProto { dim }) };
    ValueInfoProto {
        name: Some(name.into()),
        r#type: Some(TypeProto { tensor_type: Some(tensor) }),
        doc_string: None,
    }
}
