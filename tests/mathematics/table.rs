//! The tables of the page.

/// A worked example: its quantities, by the names of the trace of a first step.
pub struct Table {
    pub quantities: Vec<Quantity>,
}

/// A line of a table.
pub struct Quantity {
    pub name: String,
    pub values: Vec<f64>,
}

impl Table {
    /// The table between the lines `<!-- example: NAME -->` and `<!-- end -->`.
    pub fn read(name: &str) -> Self {
        let page = std::fs::read_to_string("docs/mathematics.md").unwrap();
        let (_, after) = page.split_once(&format!("<!-- example: {name} -->\n")).unwrap();
        let (table, _) = after.split_once("<!-- end -->").unwrap();
        // The first two lines are the heads of the columns.
        Table { quantities: table.lines().skip(2).map(quantity).collect() }
    }

    /// The values of a quantity, if the table has it.
    pub fn values(&self, name: &str) -> Option<&[f64]> {
        let found = self.quantities.iter().find(|quantity| quantity.name == name);
        found.map(|quantity| &quantity.values[..])
    }
}

/// `| name | values | where they come from |`
fn quantity(line: &str) -> Quantity {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [_, name, values, _, _] = cells[..] else { panic!("no three columns: {line}") };
    let values = values.split([',', ';']).map(number).collect();
    Quantity { name: name.replace('`', ""), values }
}

/// `-0.75`, `4/3` or `ln 3`
fn number(text: &str) -> f64 {
    let text = text.trim();
    let parsed = |text: &str| text.parse::<f64>().unwrap_or_else(|_| panic!("no number: {text}"));
    match (text.strip_prefix("ln "), text.split_once('/')) {
        (Some(text), _) => parsed(text).ln(),
        (_, Some((above, below))) => parsed(above) / parsed(below),
        _ => parsed(text),
    }
}
