//! An event file: the values of epochs, appended as a run goes.
//!
//! TensorBoard takes all event files of a folder for one run, and reads them in the order of their names. A resumed
//! run begins another file, whose name is behind those before, and computes the epochs after its checkpoint again. Its
//! first events are `brain.Event:2` and the start of a session at the first such epoch: from there on TensorBoard
//! forgets what the files before told. Its fast reader knows no sessions; it forgets the later steps of a curve at the
//! first value whose step comes again. Half an event, which a killed process leaves, both take for the end of a file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use prost::Message;
use serde_json::Value;

use super::framed::framed;
use super::schema::{
    Content, Event, OF_TENSORS, PluginData, START, SessionLog, Summary, SummaryMetadata, TEXT,
    TensorProto, TensorShapeProto, Value as SummaryValue, What,
};
use super::tag::tag;
use crate::artifact::whole::fault;
use crate::clock::{SystemTime, UNIX_EPOCH};
use crate::error::{Error, Result};

/// TensorBoard finds event files by `tfevents`; seconds since 1970 follow.
const PREFIX: &str = "events.out.tfevents.";

/// The column of a history whose value is the step of the others.
const STEP: &str = "epoch";

/// An open event file.
pub struct EventFile {
    path: PathBuf,
    file: File,
    /// The bytes of whole events.
    length: u64,
}

impl EventFile {
    /// The first event file in a folder, which is made. Refuses a folder with the events of another run.
    pub fn create(folder: &Path) -> Result<Self> {
        let within = |error: Error| error.within(folder.display());
        make(folder).map_err(within)?;
        if let Some(found) = names(folder).map_err(within)?.first() {
            return Err(within(Error::input(format!(
                "already holds events ({found}), and TensorBoard would show two runs as one; \
                 choose another directory, or remove this one"
            ))));
        }
        Self::begin(folder)
    }

    /// A further event file in a folder. Of the files before, TensorBoard shows the steps before `first_step` only.
    pub fn resume(folder: &Path, first_step: i64) -> Result<Self> {
        make(folder).map_err(|error| error.within(folder.display()))?;
        let mut file = Self::begin(folder)?;
        file.push(first_step, What::SessionLog(SessionLog { status: START }))?;
        Ok(file)
    }

    /// A new file behind those that are there, even where they are of the same second or of a clock that was ahead.
    fn begin(folder: &Path) -> Result<Self> {
        let found = names(folder).map_err(|error| error.within(folder.display()))?;
        let latest = found.iter().filter_map(|name| seconds_of(name)).max();
        let now = since_1970().as_secs();
        let seconds = latest.map_or(now, |latest| now.max(latest.saturating_add(1)));
        let path = folder.join(format!("{PREFIX}{seconds:010}.gpu-mlp"));
        let file = File::options().append(true).create_new(true).open(&path);
        let file = file.map_err(|e| fault("write", &path, &e))?;
        let mut file = EventFile { path, file, length: 0 };
        file.push(0, What::FileVersion("brain.Event:2".into()))?;
        Ok(file)
    }

    /// Appends an epoch of a history as one event; null has no point.
    pub fn epoch(&mut self, record: &[(&'static str, Value)]) -> Result<()> {
        let step = record.iter().find(|(column, _)| *column == STEP);
        let step = step.and_then(|(_, value)| value.as_i64()).unwrap_or_default();
        let columns = record.iter().filter(|(column, _)| *column != STEP);
        let points = columns.filter_map(|(column, value)| {
            // TensorBoard's curves are f32.
            value.as_f64().map(|value| simple(tag(column), value as f32))
        });
        let value = points.collect();
        self.push(step, What::Summary(Summary { value }))
    }

    /// Appends a text, which TensorBoard shows as it stands, line by line.
    pub fn text(&mut self, tag: &str, text: &str) -> Result<()> {
        let plugin_data = Some(PluginData { plugin_name: "text".into() });
        let value = SummaryValue {
            tag: tag.into(),
            metadata: Some(SummaryMetadata { plugin_data, data_class: OF_TENSORS }),
            content: Some(Content::Tensor(TensorProto {
                dtype: TEXT,
                tensor_shape: Some(TensorShapeProto {}),
                string_val: vec![verbatim(text).into_bytes()],
            })),
        };
        self.push(0, What::Summary(Summary { value: vec![value] }))
    }

    /// Waits until all events are on the disk.
    pub fn flush(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| fault("write", &self.path, &e))
    }

    /// Appends an event: one write, so that a reader hardly ever sees half an event. Where it fails, the half event is
    /// cut off.
    fn push(&mut self, step: i64, what: What) -> Result<()> {
        let event = Event { wall_time: since_1970().as_secs_f64(), step, what: Some(what) };
        let bytes = framed(&event.encode_to_vec());
        if let Err(error) = self.file.write_all(&bytes) {
            // If this fails too, TensorBoard takes the half event for the end of the file.
            let _ = self.file.set_len(self.length);
            return Err(fault("write", &self.path, &error));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }
}

fn simple(tag: String, value: f32) -> SummaryValue {
    SummaryValue { tag, metadata: None, content: Some(Content::Simple(value)) }
}

/// Markdown that shows `text` as it stands: every line is indented by four blanks.
fn verbatim(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

/// The time since 1970. A clock before that is wrong, but no reason not to train.
fn since_1970() -> crate::clock::Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Makes the folder. A link is refused: to write there would write elsewhere.
fn make(folder: &Path) -> Result<()> {
    if fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
        return Err(Error::input(
            "is a link, and a run writes to files of its own only; remove the link",
        ));
    }
    fs::create_dir_all(folder).map_err(|e| Error::input(format!("can't be made: {e}")))
}

/// The names of the event files in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>> {
    let name = |entry: io::Result<fs::DirEntry>| {
        entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
    };
    let found: io::Result<Vec<String>> =
        fs::read_dir(folder).and_then(|entries| entries.map(name).collect());
    let mut found = found.map_err(|e| Error::failed(format!("can't be read: {e}")))?;
    found.retain(|name| name.contains("tfevents"));
    found.sort();
    Ok(found)
}

/// The seconds in an event file's name.
fn seconds_of(name: &str) -> Option<u64> {
    name.strip_prefix(PREFIX)?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The events of a file, of which every length and checksum is looked at.
    fn events(path: &Path) -> Vec<Event> {
        let bytes = fs::read(path).unwrap();
        let (mut rest, mut events) = (&bytes[..], vec![]);
        while let Some((length, _)) = rest.split_first_chunk() {
            let length = u64::from_le_bytes(*length) as usize;
            let message = &rest[12..12 + length];
            let whole = framed(message);
            assert_eq!(rest[..whole.len()], whole);
            events.push(Event::decode(message).unwrap());
            rest = &rest[whole.len()..];
        }
        assert!(rest.is_empty());
        events
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    /// The tags and points of an event.
    fn points(event: &Event) -> Vec<(&str, f32)> {
        let Some(What::Summary(summary)) = &event.what else { return vec![] };
        let point = |value: &SummaryValue| match value.content {
            Some(Content::Simple(point)) => point,
            _ => panic!("{value:?}"),
        };
        summary.value.iter().map(|value| (value.tag.as_str(), point(value))).collect()
    }

    #[test]
    fn a_file_begins_with_its_version_and_has_a_summary_an_epoch() {
        let folder = folder();
        let mut file = EventFile::create(&folder.path().join("run/tensorboard")).unwrap();
        let record = [("epoch", json!(3)), ("train_loss", json!(0.1)), ("val_loss", Value::Null)];
        file.epoch(&record).unwrap();
        file.epoch(&[("epoch", json!(4)), ("learning_rate", json!(0.0))]).unwrap();
        file.flush().unwrap();
        let events = events(&file.path);
        assert_eq!(events.len(), 3);
        assert_eq!(events[0].what, Some(What::FileVersion("brain.Event:2".into())));
        assert!(events.iter().all(|event| event.wall_time > 1e9));
        assert_eq!((events[1].step, points(&events[1])), (3, vec![("loss/train", 0.1)]));
        assert_eq!((events[2].step, points(&events[2])), (4, vec![("learning_rate", 0.0)]));
    }

    #[test]
    fn a_resumed_run_has_a_later_file_that_names_its_first_step() {
        let folder = folder();
        let first = EventFile::create(folder.path()).unwrap();
        let second = EventFile::resume(folder.path(), 81).unwrap();
        assert!(first.path < second.path, "{:?}", second.path);
        let events = events(&second.path);
        assert_eq!(events[0].what, Some(What::FileVersion("brain.Event:2".into())));
        assert_eq!(events[1].what, Some(What::SessionLog(SessionLog { status: START })));
        assert_eq!(events[1].step, 81);
        // A clock that was ahead.
        fs::write(folder.path().join(format!("{PREFIX}9000000000.gpu-mlp")), "").unwrap();
        let third = EventFile::resume(folder.path(), 90).unwrap();
        assert!(third.path.ends_with(format!("{PREFIX}9000000001.gpu-mlp")), "{:?}", third.path);
    }

    #[test]
    fn a_text_is_indented_and_stays() {
        assert_eq!(verbatim("{\n  \"a\": \"```\"\n}\n"), "    {\n      \"a\": \"```\"\n    }\n");
    }

    #[test]
    fn a_folder_that_takes_no_events_is_refused_in_words() {
        let folder = folder();
        let refused = |name: &str| {
            let path = folder.path().join(name);
            let error = EventFile::create(&path).err().unwrap();
            let place = format!("{}: ", path.display());
            error.to_string().strip_prefix(&place).unwrap().to_string()
        };
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(refused("file").starts_with("can't be made: "));
        assert!(refused("file/below").starts_with("can't be made: "));
        fs::create_dir(folder.path().join("old")).unwrap();
        fs::write(folder.path().join("old/events.out.tfevents.1.host"), "").unwrap();
        let words = "already holds events (events.out.tfevents.1.host), and TensorBoard would show \
                     two runs as one; choose another directory, or remove this one";
        assert_eq!(refused("old"), words);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("old", folder.path().join("link")).unwrap();
            assert!(refused("link").starts_with("is a link, "));
            let resumed = EventFile::resume(&folder.path().join("link"), 2).err().unwrap();
            assert!(resumed.to_string().contains("is a link, "));
        }
    }

    /// A name whose seconds have no successor.
    #[test]
    fn a_name_that_is_taken_is_refused_in_words() {
        let folder = folder();
        let name = format!("{PREFIX}{}.gpu-mlp", u64::MAX);
        fs::write(folder.path().join(&name), "").unwrap();
        let error = EventFile::resume(folder.path(), 1).err().unwrap().to_string();
        assert!(error.starts_with("can't write ") && error.contains(&name), "{error}");
    }

    /// `/dev/full` takes nothing.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_in_words() {
        let path = PathBuf::from("/dev/full");
        let file = File::options().append(true).open(&path).unwrap();
        let mut file = EventFile { path, file, length: 0 };
        let error = file
            .epoch(&[("epoch", json!(1)), ("train_loss", json!(0.5))])
            .err()
            .unwrap()
            .to_string();
        assert!(error.starts_with("can't write /dev/full: No space left on device"), "{error}");
    }
}
