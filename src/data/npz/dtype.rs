//! Element types of NPY arrays.

use super::literal::Literal;

/// What the elements of an array are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
    /// Fixed width, four bytes per character.
    Unicode,
    /// Fixed width, one byte per character.
    Bytes,
    /// Pickled Python objects.
    Object,
    /// A record with named fields.
    Structured,
    /// Complex numbers, dates, durations, raw memory.
    Other,
}

/// An element type, as the `descr` of a header states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ElementType {
    pub kind: Kind,
    /// Bytes per element; 0 where they are not known (objects, records).
    pub size: usize,
    pub big_endian: bool,
    /// The type's text in the header, such as `<f4`.
    code: String,
}

/// The widest element that is read: a text of a quarter of a million characters is no name.
const WIDEST: usize = 1 << 20;

impl ElementType {
    /// The element type that `descr` states.
    pub fn parse(descr: &Literal) -> Result<Self, String> {
        match descr {
            Literal::Text(code) => Self::from_code(code),
            Literal::List => {
                Ok(Self { kind: Kind::Structured, size: 0, big_endian: false, code: String::new() })
            }
            _ => Err("descr is neither a string nor a list".into()),
        }
    }

    /// `code` is a byte order, a letter and a width: `<f4`, `|b1`, `>U10`, `|O`, `<M8[ns]`.
    fn from_code(code: &str) -> Result<Self, String> {
        let unknown = || format!("the element type {code:?} is unknown");
        let mut characters = code.chars();
        let order = characters.next().ok_or_else(unknown)?;
        if !matches!(order, '<' | '>' | '|') {
            return Err(unknown());
        }
        let letter = characters.next().ok_or_else(unknown)?;
        let digits: String = characters.take_while(char::is_ascii_digit).collect();
        let width = match digits.as_str() {
            "" => 0,
            digits => digits.parse().ok().filter(|width| *width <= WIDEST).ok_or_else(unknown)?,
        };
        let kind = match (letter, width) {
            ('b', 1) => Kind::Bool,
            ('i', 1 | 2 | 4 | 8) => Kind::Signed,
            ('u', 1 | 2 | 4 | 8) => Kind::Unsigned,
            ('f', 2 | 4 | 8) => Kind::Float,
            ('U', 1..) => Kind::Unicode,
            ('S' | 'a', 1..) => Kind::Bytes,
            ('O', _) => Kind::Object,
            _ => Kind::Other,
        };
        let size = if letter == 'U' { 4 * width } else { width };
        Ok(Self { kind, size, big_endian: order == '>', code: code.to_owned() })
    }

    /// True for booleans, integers and real numbers up to 64 bits.
    pub fn is_number(&self) -> bool {
        matches!(self.kind, Kind::Bool | Kind::Signed | Kind::Unsigned | Kind::Float)
    }

    /// True for whole numbers of one byte, without a sign.
    pub fn is_byte(&self) -> bool {
        self.kind == Kind::Unsigned && self.size == 1
    }

    /// True for text of a fixed width.
    pub fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Unicode | Kind::Bytes)
    }

    /// The name of the type in messages and tables.
    pub fn describe(&self) -> String {
        let bits = 8 * self.size;
        let name = match self.kind {
            Kind::Bool => "bool".into(),
            Kind::Signed => format!("int{bits}"),
            Kind::Unsigned => format!("uint{bits}"),
            Kind::Float => format!("float{bits}"),
            Kind::Unicode | Kind::Bytes => return format!("text ({})", self.code),
            Kind::Object => return "pickled Python objects".into(),
            Kind::Structured => return "structured records".into(),
            Kind::Other => return self.describe_other(),
        };
        if self.big_endian { format!("{name}, big-endian") } else { name }
    }

    fn describe_other(&self) -> String {
        let meaning = match self.code.chars().nth(1) {
            Some('c') => "complex numbers",
            Some('f') => "extended-precision numbers",
            Some('M') => "dates",
            Some('m') => "durations",
            _ => "raw memory",
        };
        format!("{meaning} ({})", self.code.escape_debug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(code: &str) -> Result<ElementType, String> {
        ElementType::parse(&Literal::Text(code.into()))
    }

    #[test]
    fn types_have_the_names_that_numpy_gives_them() {
        for (code, name) in [
            ("<f4", "float32"),
            (">f2", "float16, big-endian"),
            ("|b1", "bool"),
            ("<i8", "int64"),
            ("|u1", "uint8"),
            ("<U10", "text (<U10)"),
            ("|S3", "text (|S3)"),
            ("|O", "pickled Python objects"),
            ("<c16", "complex numbers (<c16)"),
            ("<M8[ns]", "dates (<M8[ns])"),
            ("<f16", "extended-precision numbers (<f16)"),
            ("|V8", "raw memory (|V8)"),
            ("<U0", "raw memory (<U0)"),
        ] {
            assert_eq!(element(code).unwrap().describe(), name);
        }
        assert_eq!(ElementType::parse(&Literal::List).unwrap().describe(), "structured records");
    }

    #[test]
    fn a_type_that_makes_no_sense_is_refused() {
        for code in ["", "<", "f4", "=f4", "é4", "<f99999999999999999999999", "<U2000000"] {
            assert!(element(code).is_err(), "{code}");
        }
    }
}
