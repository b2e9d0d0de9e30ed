//! Which fonts the article is drawn with.
//!
//! Invariants:
//! - One text font lies inside the program and stands first, so that a window without any system
//!   font still shows text and pictures of Latin text are the same everywhere.
//! - A [`FaceId`] stays valid as long as any clone of its [`Fonts`] lives: font data is never
//!   dropped while rows may point to it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fontique::{
    Blob, Collection, CollectionOptions, FamilyId, FontInfoOverride, GenericFamily, Script, ScriptExt as _,
    SourceCache,
};
use icu_properties::{CodePointMapData, PropertyNamesShort};

/// The text font inside the program, under a name no system font has.
pub(super) const TEXT_FAMILY: &str = "Sorot Text";
/// The text font inside the program: Latin, Greek, Cyrillic. The window around the article is written in it too.
pub const TEXT_FONT: &[u8] = include_bytes!("../../../assets/fonts/NotoSans-Regular.ttf");

/// System families of signs that belong to no script, so that no script leads to them.
const SIGN_FAMILIES: [&str; 6] = [
    "Noto Sans Symbols",
    "Noto Sans Symbols2",
    "Noto Sans Symbols 2",
    "Noto Sans Math",
    "Segoe UI Symbol",
    "Apple Symbols",
];

/// The fonts that shaping chooses from. Cloning copies a handle: all clones see the same fonts.
#[derive(Clone)]
pub struct Fonts(Arc<Shared>);

/// A font as a file's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FontFile {
    /// The family's name.
    pub name: String,
    /// The file.
    pub data: Vec<u8>,
    /// Which font of a collection file.
    pub index: u32,
}

struct Shared {
    collection: Mutex<Collection>,
    generation: AtomicU64,
    is_loading: AtomicBool,
    faces: Mutex<Faces>,
}

impl Fonts {
    /// Only the font inside the program: the same picture on every machine.
    pub fn bundled_only() -> Fonts {
        Fonts::bundled_and([])
    }

    /// The font inside the program and the given font files, for scripts that the first lacks. Data
    /// that is no font is skipped.
    pub fn bundled_and(files: impl IntoIterator<Item = Vec<u8>>) -> Fonts {
        let mut collection = empty_collection();
        let mut families = vec![];
        for file in files {
            let registered = collection.register_fonts(Blob::new(Arc::new(file)), None);
            families.extend(registered.into_iter().map(|(family, _)| family));
        }
        choose_fallbacks(&mut collection, &families);
        choose_last_resorts(&mut collection);
        Fonts::new(collection)
    }

    /// The font inside the program, and those of the system for what it lacks. Looks through the
    /// system's fonts, which takes a tenth of a second or more.
    pub fn system() -> Fonts {
        Fonts::new(system_collection())
    }

    /// Adds the system's fonts from a thread of its own, then calls `on_loaded` there. Until then
    /// text is drawn with the fonts that are there; see [`Fonts::generation`]. If no thread can be
    /// started, the fonts stay as they are.
    pub fn load_system_in_background(&self, on_loaded: impl FnOnce() + Send + 'static) {
        let fonts = self.clone();
        let load = move || {
            let mut collection = system_collection();
            read_ahead(&mut collection);
            *lock(&fonts.0.collection) = collection;
            fonts.0.is_loading.store(false, Ordering::Release);
            fonts.0.generation.fetch_add(1, Ordering::Release);
            on_loaded();
        };
        self.0.is_loading.store(true, Ordering::Release);
        let thread = std::thread::Builder::new().name("fonts".to_owned()).spawn(load);
        // The window works without: scripts that the text font lacks show as code points.
        if thread.is_err() {
            self.0.is_loading.store(false, Ordering::Release);
        }
    }

    /// True while the system's fonts are looked for, so that none can be said to be missing.
    pub fn is_loading(&self) -> bool {
        self.0.is_loading.load(Ordering::Acquire)
    }

    /// Counts up when fonts were added, after which text should be shaped anew.
    pub fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// A font file with `character`, where one of those that stand by for its script has it.
    pub fn file_with(&self, character: char) -> Option<FontFile> {
        let script = CodePointMapData::<icu_properties::props::Script>::new().get(character);
        let tag = PropertyNamesShort::new().get(script)?;
        let script = Script::from_bytes(tag.as_bytes().try_into().ok()?);
        let mut collection = self.collection();
        let mut source_cache = SourceCache::default();
        let families: Vec<FamilyId> = collection.fallback_families(script).collect();
        families.into_iter().find_map(|id| {
            let family = collection.family(id)?;
            let font = family.default_font()?;
            let data = font.load(Some(&mut source_cache))?;
            let glyph = font.charmap_index().charmap(data.as_ref())?.map(character)?;
            let file = || FontFile {
                name: family.name().to_owned(),
                data: data.as_ref().to_vec(),
                index: font.index(),
            };
            (glyph != 0).then(file)
        })
    }

    fn new(collection: Collection) -> Fonts {
        Fonts(Arc::new(Shared {
            collection: Mutex::new(collection),
            generation: AtomicU64::new(0),
            is_loading: AtomicBool::new(false),
            faces: Mutex::new(Faces::default()),
        }))
    }

    pub(super) fn collection(&self) -> Collection {
        lock(&self.0.collection).clone()
    }

    /// The number of a face, the same for the same face each time.
    pub(super) fn face_id(&self, face: FaceRef<'_>) -> FaceId {
        lock(&self.0.faces).intern(face)
    }

    pub(super) fn face(&self, id: FaceId) -> Option<Arc<Face>> {
        lock(&self.0.faces).all.get(id.0 as usize).cloned()
    }
}

/// What a mutex guards here stays whole if a thread dies in between: each write is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A font file at one point of its variation axes, and what to do to its outlines.
#[derive(Clone, Debug)]
pub(super) struct Face {
    pub(super) data: Blob<u8>,
    /// Which font of a collection file.
    pub(super) index: u32,
    /// Variation coordinates, normalised, as 2.14 fixed point.
    pub(super) coords: Vec<i16>,
    /// True if a bolder face was asked for than there is.
    pub(super) is_emboldened: bool,
}

/// A [`Face`] that is not kept yet.
#[derive(Clone, Copy)]
pub(super) struct FaceRef<'a> {
    pub(super) data: &'a Blob<u8>,
    pub(super) index: u32,
    pub(super) coords: &'a [i16],
    pub(super) is_emboldened: bool,
}

/// Number of a face among those in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct FaceId(u32);

#[derive(Default)]
struct Faces {
    all: Vec<Arc<Face>>,
    /// By the blob's number. A font that was unloaded and loaded again gets a new one, so several
    /// can lead to one face.
    by_blob: BTreeMap<u64, Vec<FaceId>>,
}

impl Faces {
    fn intern(&mut self, wanted: FaceRef<'_>) -> FaceId {
        let fits = |face: &Face| {
            face.index == wanted.index
                && face.coords == wanted.coords
                && face.is_emboldened == wanted.is_emboldened
        };
        let known = self.by_blob.get(&wanted.data.id()).into_iter().flatten();
        if let Some(&id) = known.into_iter().find(|id| fits(&self.all[id.0 as usize])) {
            return id;
        }
        let same_data = |face: &Face| face.data.data() == wanted.data.data();
        let reloaded = self.all.iter().position(|face| fits(face) && same_data(face));
        let position = reloaded.unwrap_or_else(|| {
            self.all.push(Arc::new(Face {
                data: wanted.data.clone(),
                index: wanted.index,
                coords: wanted.coords.to_vec(),
                is_emboldened: wanted.is_emboldened,
            }));
            self.all.len() - 1
        });
        let id = FaceId(u32::try_from(position).expect("far fewer than 4 billion fonts are in use"));
        self.by_blob.entry(wanted.data.id()).or_default().push(id);
        id
    }
}

fn empty_collection() -> Collection {
    let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
    register_text_font(&mut collection);
    collection
}

fn register_text_font(collection: &mut Collection) {
    let name = FontInfoOverride { family_name: Some(TEXT_FAMILY), ..FontInfoOverride::default() };
    collection.register_fonts(Blob::new(Arc::new(TEXT_FONT)), Some(name));
}

fn system_collection() -> Collection {
    let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: true });
    let has_system_fonts = collection.family_names().next().is_some();
    register_text_font(&mut collection);
    if !has_system_fonts {
        // No fontconfig on this machine, which is what would have known them.
        collection.load_fonts_from_paths(usual_folders());
        let mut names: Vec<String> = collection.family_names().map(str::to_owned).collect();
        names.sort_unstable();
        let families: Vec<FamilyId> = names.iter().filter_map(|name| collection.family_id(name)).collect();
        choose_fallbacks(&mut collection, &families);
    }
    prefer_plain_fonts(&mut collection);
    choose_last_resorts(&mut collection);
    collection
}

/// Families for reading, of scripts for which the first font found may be of a display or historic
/// style: asked for a font with Hebrew accents, fontconfig can answer with Rashi letters.
const PLAIN: [(&[u8; 4], [&str; 2]); 17] = [
    (b"Arab", ["Noto Sans Arabic", "Noto Naskh Arabic"]),
    (b"Armn", ["Noto Sans Armenian", "DejaVu Sans"]),
    (b"Beng", ["Noto Sans Bengali", "Lohit Bengali"]),
    (b"Deva", ["Noto Sans Devanagari", "Lohit Devanagari"]),
    (b"Ethi", ["Noto Sans Ethiopic", "Abyssinica SIL"]),
    (b"Geor", ["Noto Sans Georgian", "DejaVu Sans"]),
    (b"Gujr", ["Noto Sans Gujarati", "Lohit Gujarati"]),
    (b"Guru", ["Noto Sans Gurmukhi", "Lohit Gurmukhi"]),
    (b"Hebr", ["Noto Sans Hebrew", "DejaVu Sans"]),
    (b"Khmr", ["Noto Sans Khmer", "Khmer OS"]),
    (b"Knda", ["Noto Sans Kannada", "Lohit Kannada"]),
    (b"Laoo", ["Noto Sans Lao", "Phetsarath OT"]),
    (b"Mlym", ["Noto Sans Malayalam", "Lohit Malayalam"]),
    (b"Mymr", ["Noto Sans Myanmar", "Padauk"]),
    (b"Taml", ["Noto Sans Tamil", "Lohit Tamil"]),
    (b"Telu", ["Noto Sans Telugu", "Lohit Telugu"]),
    (b"Thai", ["Noto Sans Thai", "Loma"]),
];

/// Puts plain families before what the system would choose, where they are installed.
fn prefer_plain_fonts(collection: &mut Collection) {
    for (tag, names) in PLAIN {
        let script = Script::from_bytes(*tag);
        let mut families: Vec<FamilyId> =
            names.iter().filter_map(|name| collection.family_id(name)).collect();
        if !families.is_empty() {
            families.extend(collection.fallback_families(script));
            collection.set_fallbacks(script, families.into_iter());
        }
    }
}

/// What is asked last for text in any script: fonts of signs, and pictures in colour where nothing
/// else has a sign. They stand beside the Han fonts, which the font library asks for whatever the
/// fonts of a script lack, rather than beside the text font, where signs without colour would come
/// before emoji.
fn choose_last_resorts(collection: &mut Collection) {
    let han = Script::from_bytes(*b"Hani");
    let mut families: Vec<FamilyId> =
        SIGN_FAMILIES.iter().filter_map(|name| collection.family_id(name)).collect();
    families.extend(collection.fallback_families(han));
    let mut emoji: Vec<String> =
        collection.family_names().filter(|name| name.contains("Emoji")).map(str::to_owned).collect();
    emoji.sort_unstable();
    families.extend(emoji.iter().filter_map(|name| collection.family_id(name)));
    collection.set_fallbacks(han, families.into_iter());
}

/// Has the system read the fonts of last resort, which are the large ones, so that the first Chinese
/// word or emoji need not wait for the disk in the middle of a frame.
fn read_ahead(collection: &mut Collection) {
    const PAGE: usize = 4096;
    let mut source_cache = SourceCache::default();
    let families: Vec<FamilyId> = collection.fallback_families(Script::from_bytes(*b"Hani")).collect();
    for id in families {
        let Some(family) = collection.family(id) else { continue };
        let Some(blob) = family.default_font().and_then(|font| font.load(Some(&mut source_cache))) else {
            continue;
        };
        // The file is mapped, not read: a byte of each page brings it in.
        let touched = blob.as_ref().iter().step_by(PAGE).fold(0, |sum: u8, &byte| sum.wrapping_add(byte));
        std::hint::black_box(touched);
    }
}

/// Where systems without fontconfig keep fonts.
fn usual_folders() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("/usr/share/fonts"), PathBuf::from("/usr/local/share/fonts")];
    if let Some(base) = directories::BaseDirs::new() {
        folders.push(base.data_dir().join("fonts"));
        folders.push(base.home_dir().join(".fonts"));
    }
    folders.retain(|folder| folder.is_dir());
    folders
}

/// Everyday letters of scripts whose sample in the font library is rare signs.
const EVERYDAY: [(&[u8; 4], &str); 7] = [
    (b"Arab", "ابتسلم"),
    (b"Deva", "कमरस"),
    (b"Hani", "的一是人"),
    (b"Hang", "한국어"),
    (b"Hebr", "אבגש"),
    (b"Hira", "のはを"),
    (b"Kana", "アンス"),
];

/// How many fonts stand by for a script.
const FALLBACKS_PER_SCRIPT: usize = 3;

/// Tells the collection which of `families` to take for which script, best first. What fontconfig
/// or the system does for system fonts.
fn choose_fallbacks(collection: &mut Collection, families: &[FamilyId]) {
    let mut source_cache = SourceCache::default();
    let mut candidates = vec![];
    for &id in families {
        let Some(family) = collection.family(id) else { continue };
        if family.name().contains("Emoji") {
            collection.append_generic_families(GenericFamily::Emoji, std::iter::once(id));
            continue;
        }
        let Some(font) = family.default_font() else { continue };
        let Some(blob) = font.load(Some(&mut source_cache)) else { continue };
        candidates.push((id, font.charmap_index(), blob));
    }
    for &(script, sample) in Script::all_samples() {
        let everyday = EVERYDAY.iter().filter(|(tag, _)| Script::from_bytes(**tag) == script);
        let letters: Vec<char> =
            sample.chars().chain(everyday.flat_map(|(_, letters)| letters.chars())).collect();
        let mut ranked: Vec<(usize, FamilyId)> = candidates
            .iter()
            .filter_map(|(id, charmap, blob)| {
                let charmap = charmap.charmap(blob.as_ref())?;
                let has = |letter: &&char| charmap.map(**letter).is_some_and(|glyph| glyph != 0);
                Some((letters.iter().filter(has).count(), *id))
            })
            .filter(|&(n, _)| n > 0)
            .collect();
        ranked.sort_by_key(|&(n, _)| std::cmp::Reverse(n));
        ranked.truncate(FALLBACKS_PER_SCRIPT);
        if !ranked.is_empty() {
            collection.set_fallbacks(script, ranked.into_iter().map(|(_, id)| id));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    impl Fonts {
        /// The text font and small parts of fonts for the scripts that tests use.
        pub(crate) fn for_tests() -> Fonts {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts");
            let files = fs::read_dir(folder).expect("the repository holds fonts");
            let mut files: Vec<PathBuf> =
                files.map(|entry| entry.expect("it can be listed").path()).collect();
            files.sort();
            Fonts::bundled_and(files.into_iter().map(|path| fs::read(path).expect("it can be read")))
        }
    }

    #[test]
    fn a_file_has_the_character_that_it_was_asked_for() {
        let fonts = Fonts::for_tests();
        let name = |character| fonts.file_with(character).map(|file| file.name);
        assert_eq!(name('ท').as_deref(), Some("Noto Sans Thai"));
        assert_eq!(name('ש').as_deref(), Some("Noto Sans Hebrew"));
        assert_eq!(name('\u{10380}'), None, "no test font has Ugaritic");
        assert_eq!(Fonts::bundled_only().file_with('ท'), None);
    }

    #[test]
    fn a_face_keeps_its_number_when_its_file_is_loaded_again() {
        let fonts = Fonts::bundled_only();
        let blob = || Blob::new(Arc::new(TEXT_FONT.to_vec()));
        let id = |data: &Blob<u8>, coords: &[i16]| {
            fonts.face_id(FaceRef { data, index: 0, coords, is_emboldened: false })
        };
        let (first, again) = (blob(), blob());
        assert_eq!(id(&first, &[]), id(&first, &[]));
        assert_eq!(id(&first, &[]), id(&again, &[]));
        assert_ne!(id(&first, &[]), id(&first, &[1]));
        assert!(fonts.face(id(&first, &[1])).is_some_and(|face| face.coords == [1]));
    }

    #[test]
    fn loading_the_systems_fonts_asks_for_new_shaping() {
        let fonts = Fonts::bundled_only();
        let (sender, receiver) = channel();
        fonts.load_system_in_background(move || sender.send(()).expect("the test waits"));
        assert_eq!(receiver.recv_timeout(Duration::from_secs(60)), Ok(()));
        assert!(!fonts.is_loading());
        assert_eq!(fonts.generation(), 1);
    }

    #[test]
    fn plain_fonts_come_before_what_the_system_would_choose() {
        let mut collection = empty_collection();
        let file = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fonts/NotoSansThai-subset.ttf"));
        let file = Blob::new(Arc::new(file.expect("the repository holds fonts")));
        let [looped, plain] = ["Noto Looped Thai", "Noto Sans Thai"].map(|name| {
            let name = FontInfoOverride { family_name: Some(name), ..FontInfoOverride::default() };
            collection.register_fonts(file.clone(), Some(name))[0].0
        });
        let thai = Script::from_bytes(*b"Thai");
        collection.set_fallbacks(thai, std::iter::once(looped));
        prefer_plain_fonts(&mut collection);
        assert_eq!(collection.fallback_families(thai).collect::<Vec<_>>(), [plain, looped]);
    }

    #[test]
    fn what_is_no_font_is_skipped() {
        let fonts = Fonts::bundled_and([b"no font".to_vec(), vec![]]);
        assert_eq!(fonts.generation(), 0);
    }
}
