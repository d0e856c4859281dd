//! The readers, each with its corpus and the memory it may take.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use gpu_mlp::rooms::data::{Dataset, Labelled, Rows, Wanted, npz};
use gpu_mlp::rooms::model::Model;
use gpu_mlp::rooms::network::Activation;
use gpu_mlp::rooms::run::Parameters;

use crate::allocation::peak;
use crate::mutation::case;

/// Cases of a test that is given no time.
const CASES: u64 = 300;

/// The bytes a reader may have at once: `fixed`, and `each` a byte that it was given.
struct Allowance {
    fixed: usize,
    each: usize,
}

fn fuzz(corpus: &[Vec<u8>], allowance: &Allowance, read: impl Fn(&[u8])) {
    let seconds = std::env::var("GPU_MLP_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let (began, time) = (Instant::now(), seconds.map(Duration::from_secs));
    // New cases every time where there is time, the same ones in every test.
    let first = if time.is_some() { fresh_seed() } else { 0 };
    let mut seed = first;
    let going_on = |seed: u64| time.map_or(seed < CASES, |time| began.elapsed() < time);
    // A panic is told with the seed that makes it again.
    while going_on(seed) {
        let bytes = case(seed, corpus);
        let caught =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| peak(|| read(&bytes))));
        let Ok(peak) = caught else { panic!("seed {seed}: {:?}", shown(&bytes)) };
        let allowed = allowance.fixed + allowance.each * bytes.len();
        assert!(
            peak <= allowed,
            "seed {seed}: {peak} bytes for {}: {:?}",
            bytes.len(),
            shown(&bytes)
        );
        seed += 1;
    }
    eprintln!("{} cases in {:.1} s", seed - first, began.elapsed().as_secs_f64());
}

/// Another every time: the clock's.
fn fresh_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| time.as_nanos() as u64 >> 1)
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(300).collect()
}

fn repository(path: &str) -> PathBuf {
    std::env::current_dir().unwrap().join(path)
}

/// The files of a folder that end so, up to a size that is mutated in no time.
fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(repository(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|p| p.extension().is_some_and(|e| e == ending)).collect();
    paths.sort();
    let small = |bytes: &Vec<u8>| bytes.len() < 50_000;
    paths.iter().map(|path| std::fs::read(path).unwrap()).filter(small).collect()
}

/// A file of these bytes, in memory where there is such a file system.
struct Scratch(tempfile::NamedTempFile);

impl Scratch {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
        Scratch(tempfile::NamedTempFile::new_in(folder).unwrap())
    }

    fn holding(&self, bytes: &[u8]) -> &Path {
        std::fs::write(self.0.path(), bytes).unwrap();
        self.0.path()
    }
}

fn wanted() -> Wanted {
    Wanted {
        has_lengths: false,
        row_shape: vec![4],
        other_shapes: vec![],
        feature_names: Some(["a", "b", "c", "d"].map(String::from).to_vec()),
        targets: 1,
        target_names: None,
        class_names: vec![("one".into(), 1)],
        labels: vec![],
        forecast: None,
        ..Wanted::default()
    }
}

/// Deflated data may be a thousand times as long as the file; values become f64 and are laid out again.
#[test]
fn npz_archives() {
    let corpus: Vec<_> = [files("tests/fixtures", "npz"), files("datasets", "npz")].concat();
    let scratch = Scratch::new();
    fuzz(&corpus, &Allowance { fixed: 8 << 20, each: 1032 * 32 }, |bytes| {
        let path = scratch.holding(bytes);
        let _ = npz::list(path);
        let _ = Dataset::read(path);
        let _ = Labelled::read(path, &wanted());
        let _ = Rows::open(path, &wanted()).map(|mut rows| rows.next_block(100));
    });
}

/// A plain array is read a block at a time: a byte becomes an f64 at most, and another when it is scaled.
#[test]
fn npy_arrays() {
    let mut corpus = vec![];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npy");
    for rows in [0, 1, 30] {
        let array = ndarray::Array2::from_shape_fn((rows, 4), |(r, c)| (r * 4 + c) as f64);
        ndarray_npy::write_npy(&path, &array).unwrap();
        corpus.push(std::fs::read(&path).unwrap());
        ndarray_npy::write_npy(&path, &array.reversed_axes()).unwrap();
        corpus.push(std::fs::read(&path).unwrap());
        ndarray_npy::write_npy(&path, &ndarray::Array2::<i8>::zeros((rows, 4))).unwrap();
        corpus.push(std::fs::read(&path).unwrap());
    }
    let scratch = Scratch::new();
    fuzz(&corpus, &Allowance { fixed: 1 << 20, each: 64 }, |bytes| {
        if let Ok(mut rows) = Rows::open(scratch.holding(bytes), &wanted()) {
            while let Ok(Some(_)) = rows.next_block(7) {}
        }
    });
}

/// A cell of one digit and its comma become an f64.
#[test]
fn comma_separated_text() {
    let corpus: Vec<Vec<u8>> = [
        "a,b,c,d,y\n1,2,3,4,one\n5e-3,-6,.7,8,1\n",
        "d,c,b,a\r\n1,2,3,4\r\n\r\n\"5\",6,7,8\r\n",
        "1,2,3,4\n5,6,7,8\n",
        "\u{feff}a, b ,c,\"d\"\n1,2,3,4",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    fuzz(&corpus, &Allowance { fixed: 1 << 20, each: 128 }, |bytes| {
        let text = || std::io::Cursor::new(bytes.to_vec());
        let _ = Labelled::from_csv(text(), "text", &wanted());
        if let Ok(mut rows) = Rows::from_csv(text(), "text", &wanted()) {
            while let Ok(Some(_)) = rows.next_block(7) {}
        }
    });
}

/// A description is parsed more than once, and an expression has its derivative: a layer of a few bytes
/// may be one of kilobytes.
#[test]
fn model_files() {
    let mut corpus = vec![];
    for description in [
        r#"{"format":"gpu-mlp","version":1,"task":"classification","dataset":"d","best_epoch":1,"input_shape":[2],"layers":[{"type":"dense","units":3,"activation":"x*tanh(softplus(x))"},{"type":"dense","units":2,"activation":"softmax","output_shape":[2],"name":"out"}],"inputs":{"shift":[0.5,1e3],"scale":[1.0,2.0]},"targets":null,"labels":[-1,4],"feature_names":["a","b"],"target_names":["c","d"],"metrics":{"train":{"loss":0.1}},"parameters":{"parameters":{"LR":0.1}}}"#,
        r#"{"format":"gpu-mlp","version":1,"task":"regression","dataset":"d","best_epoch":1,"input_shape":[1,4],"layers":[{"type":"conv1d","filters":3,"kernel":2,"stride":1,"padding":"same","activation":"prelu"},{"type":"maxpool1d","size":2,"stride":2},{"type":"flatten"},{"type":"dense","units":1,"activation":"linear"}],"inputs":{"shift":[0,0,0,0],"scale":[1,1,1,1]},"targets":{"shift":[1],"scale":[2]},"labels":null}"#,
    ] {
        corpus.push(model(
            description,
            &[
                ("layers.0.weight", "3,2", 6),
                ("layers.0.bias", "3", 3),
                ("layers.1.weight", "2,3", 6),
                ("layers.1.bias", "2", 2),
            ],
        ));
        corpus.push(model(
            description,
            &[
                ("layers.0.weight", "3,1,2", 6),
                ("layers.0.bias", "3", 3),
                ("layers.0.alpha", "1", 1),
                ("layers.3.weight", "1,6", 6),
                ("layers.3.bias", "1", 1),
            ],
        ));
    }
    let good = corpus.iter().filter(|bytes| Model::from_bytes(bytes).is_ok()).count();
    assert_eq!(good, 2, "the corpus has good files");
    fuzz(&corpus, &Allowance { fixed: 32 << 20, each: 4096 }, |bytes| {
        if let Ok(model) = Model::from_bytes(bytes) {
            let _ = model.to_bytes();
            let _ = gpu_mlp::rooms::onnx::export(&model);
        }
        // The header's length right again: most changes would end there.
        if let Some(start) = bytes.get(8..).and_then(|rest| rest.iter().rposition(|&b| b == b'}')) {
            let mut fitting = bytes.to_vec();
            fitting[..8].copy_from_slice(&(start as u64 + 1).to_le_bytes());
            let _ = Model::from_bytes(&fitting);
        }
    });
}

/// A safetensors file: names, shapes and numbers of elements, all of them zero.
fn model(description: &str, tensors: &[(&str, &str, usize)]) -> Vec<u8> {
    let text = serde_json::Value::String(description.into());
    let mut header = format!("{{\"__metadata__\":{{\"gpu_mlp\":{text}}}");
    let mut offset = 0;
    for (name, shape, elements) in tensors {
        let end = offset + 4 * elements;
        header += &format!(
            r#","{name}":{{"dtype":"F32","shape":[{shape}],"data_offsets":[{offset},{end}]}}"#
        );
        offset = end;
    }
    header += "}";
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &vec![0; offset]].concat()
}

#[test]
fn parameter_files() {
    let corpus = files("params", "json");
    let scratch = Scratch::new();
    fuzz(&corpus, &Allowance { fixed: 32 << 20, each: 4096 }, |bytes| {
        let _ = Parameters::read(scratch.holding(bytes), &[]);
    });
}

/// An expression of a few bytes, such as x^x^x, has a derivative of kilobytes.
#[test]
fn expressions() {
    let corpus: Vec<Vec<u8>> = [
        "x*sigmoid(1.5*x)",
        "x*tanh(softplus(x))",
        "if(x > 0, x, 0.1*x)",
        "max(x, 0) - min(x, 0)^2/10",
        "abs(x)^1.5 + 0.1*x^3 - pi + e",
        "ln(1 + x^2) - sqrt(abs(x)) + erf(x/2)",
        "exp(x)/(1 + exp(x))*2^x/(1 + 2^x)",
        "sin(cos(x))",
        "leaky_relu(0.02)",
        "x^999",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    fuzz(&corpus, &Allowance { fixed: 64 << 20, each: 8192 }, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(activation) = Activation::parse(&text, "x*sigmoid(x)") {
            // What is shown is read again.
            let shown = activation.to_string();
            assert!(Activation::parse(&shown, "x").is_ok(), "{text:?} is shown as {shown:?}");
        }
    });
}
