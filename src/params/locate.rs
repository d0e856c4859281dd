//! Looks up files, and says which are missing.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::run::Parameters;

/// The folder of data sets, in a project of parameter files and beside them.
const DATASETS: &str = "datasets";
/// The folder of parameter files.
const PARAMS: &str = "params";

impl Parameters {
    /// The parameter file of that name: as given, else in `params/` of the current folder.
    pub fn locate(name: &Path) -> Result<PathBuf> {
        // An absolute name stays what it is, whatever it is joined to.
        let below = Path::new(PARAMS).join(name);
        // The reader refuses what is no file, such as a directory or a pipe.
        if name.try_exists().unwrap_or(true) {
            return Ok(name.into());
        }
        if below.is_file() {
            return Ok(below);
        }
        let places = [name, &below];
        let hint = did_you_mean_file(name, "json", places.iter().filter_map(|p| p.parent()));
        Err(Error::input(format!("there is no such file, nor {}{hint}", below.display()))
            .within(name.display()))
    }

    /// The file of the data set: `DATASET` as given, else beside the parameter file, else in
    /// `datasets/` of the current folder, beside the parameter file, or one folder above it.
    pub fn locate_dataset(&self, parameter_file: Option<&Path>) -> Result<PathBuf> {
        located("DATASET", &self.dataset, parameter_file)
    }

    /// The file of the test rows, looked up as that of the data set; None where there is none.
    pub fn locate_test(&self, parameter_file: Option<&Path>) -> Result<Option<PathBuf>> {
        let name = self.test_dataset.as_deref();
        name.map(|name| located("TEST_DATASET", name, parameter_file)).transpose()
    }
}

/// The file that a key names, in the folders of data sets; `-` is standard input.
fn located(key: &str, given: &str, parameter_file: Option<&Path>) -> Result<PathBuf> {
    let name = Path::new(given);
    if given == "-" {
        return Ok(name.into());
    }
    let mut places: Vec<PathBuf> = vec![];
    for folder in folders(parameter_file) {
        // An absolute name stays what it is, whatever it is joined to.
        let place = folder.join(name);
        if place.is_file() {
            return Ok(place);
        }
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let looked: Vec<String> = places.iter().map(|p| p.display().to_string()).collect();
    let ending = name.extension().map_or("npz".into(), |ending| ending.to_string_lossy());
    let hint = did_you_mean_file(name, &ending, places.iter().filter_map(|p| p.parent()));
    Err(Error::input(format!(
        "found {:?}, but there is no such file; looked for {}{hint}; README \
             tells how to get the data sets that are not shipped",
        given,
        looked.join(", ")
    ))
    .within(key)
    .within_file(parameter_file))
}

fn folders(parameter_file: Option<&Path>) -> Vec<PathBuf> {
    let Some(parameter_file) = parameter_file else { return vec![PathBuf::new(), DATASETS.into()] };
    let folder = parameter_file.parent().unwrap_or(Path::new(""));
    let above = match folder.file_name() {
        Some(_) => folder.parent().unwrap_or(Path::new("")).to_path_buf(),
        None => folder.join(".."),
    };
    let [beside, below] = [folder.to_path_buf(), folder.join(DATASETS)];
    vec![PathBuf::new(), beside, PathBuf::from(DATASETS), below, above.join(DATASETS)]
}

/// `"; did you mean NAME?"` with the file of this extension in `folders` that is named most like
/// `path`, or nothing when none is near.
pub(super) fn did_you_mean_file<'a>(
    path: &Path,
    extension: &str,
    folders: impl IntoIterator<Item = &'a Path>,
) -> String {
    let mut stems = vec![];
    for folder in folders {
        let folder = if folder == Path::new("") { Path::new(".") } else { folder };
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let files = files.map(|file| PathBuf::from(file.file_name()));
        stems.extend(
            files
                .filter(|f| f.extension().is_some_and(|e| e == extension))
                .filter_map(|f| stem(&f)),
        );
    }
    // In the order of the alphabet, so that of two equally near files always the same is named.
    stems.sort();
    stem(path)
        .and_then(|wanted| nearest(&wanted, stems.iter().map(String::as_str)).map(String::from))
        .map_or_else(String::new, |stem| format!("; did you mean {stem}.{extension}?"))
}

fn stem(path: &Path) -> Option<String> {
    Some(path.file_stem()?.to_str()?.to_string())
}
