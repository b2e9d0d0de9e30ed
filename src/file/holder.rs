//! What a window writes beside its lock, so that others can say who holds it.

use crate::file::json::{Fields, JsonFile, parse};

/// The window that works as one owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// A random name for the window, by which it knows itself.
    pub window: String,
    /// The name of its machine; empty if that has none.
    pub host: String,
    /// The number of its process there.
    pub process: u32,
    /// How often it has said that it is alive. Clocks of two machines cannot be compared; that
    /// this changes can be seen.
    pub beat: u64,
}

impl Holder {
    /// What people call it: "another window (process 42 on desk1)".
    pub fn described(&self) -> String {
        match (self.process, self.host.as_str()) {
            (0, _) => "another window".to_owned(),
            (process, "") => format!("another window (process {process})"),
            (process, host) => format!("another window (process {process} on {host})"),
        }
    }
}

/// A holder's bytes.
pub fn write_holder(holder: &Holder) -> Vec<u8> {
    let mut fields = Fields::default();
    fields.string("window", &holder.window);
    fields.string("host", &holder.host);
    fields.add("process", holder.process.to_string());
    fields.add("beat", holder.beat.to_string());
    (fields.one_line() + "\n").into_bytes()
}

/// Reads a holder; nothing if the bytes name no window.
pub fn read_holder(bytes: &[u8]) -> Option<Holder> {
    let json = JsonFile::new(bytes, "").ok()?;
    let mut top = json.root().ok()?;
    Some(Holder {
        window: top.take("window", parse).filter(|it: &String| !it.is_empty())?,
        host: top.take("host", parse).unwrap_or_default(),
        process: top.take("process", parse).unwrap_or_default(),
        beat: top.take("beat", parse).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_comes_back() {
        let (window, host) = ("abc".to_owned(), "desk \"1\"".to_owned());
        let holder = Holder { window, host, process: 42, beat: 7 };
        assert_eq!(read_holder(&write_holder(&holder)), Some(holder));
        for broken in ["", "{", "[]", "{}", "{\"window\": \"\"}", "{\"window\": 1}"] {
            assert_eq!(read_holder(broken.as_bytes()), None, "{broken}");
        }
    }
}
