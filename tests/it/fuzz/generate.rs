//! From a number to a case: the same case each time, until this file changes.

use egui::{Key, Modifiers};
use fastrand::Rng;

use crate::fuzz::case::{Case, Places, Step};

/// Characters that go together, and what joins words of them.
const ALPHABETS: &[&[&str]] = &[
    // Latin with what hangs on it, and a pile of marks.
    &[
        "Kyiv",
        "meminta",
        "artileri",
        "a",
        "ﬁ",
        "é",
        "e\u{301}\u{323}",
        "Z\u{300}\u{301}\u{302}\u{303}\u{304}",
        "ß",
    ],
    &["\u{300}", "\u{301}\u{302}\u{303}", "\u{20dd}", "\u{fe0f}", "\u{e0100}", "o", "\u{34f}", "\u{1ab0}"],
    &["if", "x", "=", "\"", "'", "—", "…", "“", "”", "(", ")", "[", "1.234,5", "@", "/", "-"],
    &["Привет", "мир", "Ελλάδα", "Հայաստան", "საქართველო"],
    // From right to left.
    &["قال", "الوزير", "لا", "إن", "٤٠", "دولة", "ـ", "ه\u{640}", "لّٰ", "کتاب\u{200c}ها", "۱۲۳"],
    &["שר", "הביטחון", "אמר", "בְּרֵאשִׁית", "״", "12"],
    &["\u{710}\u{712}", "ߊߊ", "𐤀𐤁", "ދިވެހި"],
    // Conjuncts, reordered vowels, no spaces.
    &["रक्षा", "मंत्री", "क्\u{200d}ष", "ने", "র্ক", "বাংলা", "தமிழ்", "క్షి", "ക്ഷ", "ශ්‍රී"],
    &["รัฐมนตรี", "กล่าว", "กำ", "ำ", "ខ្មែរ", "ស្ត្រី", "မြန်မာ", "ຂໍ້", "བོད་"],
    &[
        "国防部长",
        "说",
        "「",
        "」",
        "。",
        "、",
        "ー",
        "ァ",
        "が",
        "カ\u{3099}",
        "𠀋",
        "葛\u{e0100}",
        "〆",
        "①",
    ],
    &["한국", "\u{1112}\u{1161}\u{11ab}", "\u{1100}\u{1161}", "\u{1100}", "\u{11a8}", "\u{a960}"],
    // Pictures of several characters.
    &[
        "👩\u{200d}👩\u{200d}👧",
        "👍🏽",
        "🇮🇩",
        "🇮",
        "❤\u{fe0f}\u{200d}🔥",
        "#\u{fe0f}\u{20e3}",
        "🏴\u{e0067}\u{e007f}",
        "☺",
    ],
    // What must not act on its surroundings.
    &[
        "\u{202e}", "\u{202d}", "\u{202a}", "\u{202b}", "\u{202c}", "\u{2066}", "\u{2067}", "\u{2068}",
        "\u{2069}", "a",
    ],
    &[
        "\u{200e}", "\u{200f}", "\u{61c}", "\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}",
        "\u{ad}", "b",
    ],
    &["\0", "\u{1}", "\u{1b}[31m", "\u{7f}", "\u{80}", "\u{9f}", "\u{85}", "\u{b}", "\u{c}", "c"],
    &["\u{a0}", "\u{2003}", "\u{3000}", "\u{2009}", "\u{1680}", "  ", "\t", "\t\t", "d"],
    // What stands for nothing.
    &[
        "\u{378}",
        "\u{e000}",
        "\u{f8ff}",
        "\u{fffd}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{10ffff}",
        "\u{e0001}",
        "\u{1f8ff}",
    ],
    &["\n", "\r", "\r\n", "\n\r", "\u{2028}", "\u{2029}", "\r\r\n", "e"],
    &["𝔘", "𝕏", "ﷺ", "꧅", "𒀱", "𓀀", "ꙮ", "\u{1d173}", "‱", "\u{fbf9}"],
];

/// Everything that follows from `seed`.
pub(super) fn case(seed: u64, may_use_system_fonts: bool) -> Case {
    let random = &mut Rng::with_seed(seed);
    let text = text(random);
    let length: usize = text.iter().map(|(n, piece)| n * piece.len()).sum();
    let n_marks = [0, 3, 12, 60][random.usize(..4)];
    let marks = (0..random.usize(..=n_marks)).map(|_| places(random, length)).collect();
    let mut steps = vec![window(random)];
    for _ in 0..random.usize(..4) {
        steps.push(look(random));
    }
    for _ in 0..random.usize(3..40) {
        steps.extend(deed(random, length));
    }
    Case { has_system_fonts: may_use_system_fonts && random.bool(), text, marks, steps }
}

fn pick<'a, T: ?Sized>(random: &mut Rng, of: &[&'a T]) -> &'a T {
    of[random.usize(..of.len())]
}

fn text(random: &mut Rng) -> Vec<(usize, String)> {
    if random.u8(..30) == 0 {
        return vec![];
    }
    let mut text = vec![];
    // Up to so many scripts together; each piece mixes them.
    let n_alphabets = random.usize(1..5);
    let alphabets: Vec<&[&str]> = (0..n_alphabets).map(|_| pick(random, ALPHABETS)).collect();
    for _ in 0..random.usize(1..9) {
        let mut piece = String::new();
        let space = [" ", "", " ", "\n", "\u{200b}", " \n"][random.usize(..6)];
        for _ in 0..random.usize(1..40) {
            let alphabet = pick(random, &alphabets);
            piece.push_str(pick(random, alphabet));
            if random.u8(..4) > 0 {
                piece.push_str(space);
            }
            if random.u8(..60) == 0 {
                piece.push(random.char(..));
            }
            if random.u8(..80) == 0 {
                piece.push('\n');
            }
            if random.u16(..600) == 0 {
                // A pile that is longer than any block.
                let mark = ["\u{301}", "\u{20dd}", "\u{5b4}", "\u{200d}"][random.usize(..4)];
                piece.extend(std::iter::repeat_n(mark, random.usize(60..3000)));
            }
        }
        // Mostly a paragraph, now and then one far longer than a block.
        let n = [1, 1, 1, 2, 5, 30, 200][random.usize(..7)];
        let most = (40_000 / piece.len().max(1)).max(1);
        text.push((n.min(most), piece));
    }
    text
}

fn places(random: &mut Rng, length: usize) -> Places {
    let n = if random.u8(..6) == 0 { random.usize(2..5) } else { 1 };
    let near = random.usize(..=length);
    // Many start at the same few places, so that marks pile up, nest and cross.
    let near = if random.bool() { near / 64 * 64 } else { near };
    let mut start = near;
    let mut places = vec![];
    for _ in 0..n {
        let width = [1, 4, 12, 90, 6000][random.usize(..5)];
        let end = start + random.usize(1..=width);
        places.push((start, end));
        start = end + random.usize(1..=width);
    }
    places
}

fn window(random: &mut Rng) -> Step {
    let width = [1.0, 60.0, 333.0, 700.0, 1200.0, 2000.0][random.usize(..6)] + random.f32() * 100.0;
    let height = [1.0, 40.0, 400.0, 800.0][random.usize(..4)] + random.f32() * 100.0;
    let whole = random.bool();
    let ppp = [1.0, 1.0, 2.0, 1.25, 1.5, 3.0, 0.75][random.usize(..7)];
    if whole { Step::Window(width.round(), height.round(), ppp) } else { Step::Window(width, height, ppp) }
}

/// A change of how it looks.
fn look(random: &mut Rng) -> Step {
    match random.u8(..8) {
        0 | 1 => Step::Zoom([50.0, 67.0, 100.0, 150.0, 230.0, 400.0][random.usize(..6)]),
        2 => Step::Spacing([1.0, 1.15, 1.5, 2.0, 3.0][random.usize(..5)]),
        3 => Step::Column([80.0, 300.0, 720.0, 1500.0][random.usize(..4)]),
        4 => Step::Compact(random.bool()),
        5 => Step::Invisibles(random.bool()),
        6 => Step::Arcs(random.bool()),
        _ => Step::Reader,
    }
}

fn held(random: &mut Rng) -> Modifiers {
    match random.u8(..10) {
        0 => Modifiers::SHIFT,
        1 => Modifiers::COMMAND,
        2 => Modifiers::ALT,
        _ => Modifiers::NONE,
    }
}

/// A place in or around most windows.
fn point(random: &mut Rng) -> (f32, f32) {
    let size = [100.0, 400.0, 800.0, 1300.0][random.usize(..4)];
    (random.f32() * size * 1.2 - 40.0, random.f32() * size - 40.0)
}

/// What a person does next, in one or several steps.
fn deed(random: &mut Rng, length: usize) -> Vec<Step> {
    const KEYS: [Key; 8] = [
        Key::ArrowUp,
        Key::ArrowDown,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Tab,
        Key::ArrowLeft,
    ];
    let byte = random.usize(..=length + 2);
    match random.u8(..20) {
        0..=2 => {
            let points = [37.0, 3.3, 120.0, 2500.0, -37.0, -3.3, -900.0][random.usize(..7)];
            let (x, y) = point(random);
            std::iter::once(Step::Move(x.abs(), y.abs()))
                .chain((0..random.usize(1..6)).map(|_| Step::Wheel(-points)))
                .collect()
        }
        3..=5 => {
            let mut steps = vec![];
            let (x, y) = point(random);
            let modifiers = held(random);
            for _ in 0..random.usize(1..4) {
                steps.extend([Step::Press(x, y, modifiers), Step::Release(modifiers)]);
            }
            steps
        }
        6..=8 => {
            let (x, y) = point(random);
            let modifiers = held(random);
            let mut steps = vec![Step::Press(x, y, modifiers)];
            for _ in 0..random.usize(1..5) {
                let (x, y) = point(random);
                // At times far outside, where the text begins to run.
                let y = if random.u8(..4) == 0 { y * 3.0 - 300.0 } else { y };
                steps.push(Step::Move(x, y));
                if random.bool() {
                    steps.push(Step::Wait(random.u32(..400)));
                }
            }
            // Marks may come and go while the button is down.
            if random.u8(..5) == 0 {
                steps.push(if random.bool() { Step::Unmark(random.usize(..4)) } else { window(random) });
            }
            steps.push(Step::Release(modifiers));
            steps
        }
        9 | 10 => {
            let (key, modifiers) = (KEYS[random.usize(..KEYS.len())], held(random));
            std::iter::once(Step::Focus)
                .chain((0..random.usize(1..5)).map(|_| Step::Key(key, modifiers)))
                .collect()
        }
        11 => vec![window(random)],
        12 => vec![look(random)],
        13 => vec![Step::Mark(places(random, length))],
        14 => vec![if random.bool() { Step::Unmark(random.usize(..8)) } else { Step::Select(None) }],
        15 => vec![Step::Select(Some(random.usize(..12)))],
        16 => {
            let align = ["top", "center", "nearest"][random.usize(..3)];
            vec![Step::Go(byte, align.to_owned())]
        }
        17 => vec![Step::Restore(byte, [0.0, 12.5, -300.0, 1.0e9][random.usize(..4)])],
        18 => vec![Step::Caret(byte, random.bool()), Step::Focus],
        _ => {
            let (x, y) = point(random);
            match random.u8(..3) {
                0 => vec![Step::Link(random.usize(..8), random.usize(..8))],
                1 => vec![Step::Offer(random.usize(..8))],
                _ => vec![Step::Menu(x, y)],
            }
        }
    }
}
