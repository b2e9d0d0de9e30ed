//! Pages as trees, within limits.
//!
//! Some pages make far more of themselves than they are: an element that is never closed is made
//! again in each paragraph after it, and several of the steps that browsers take look through all
//! open elements. So the parser is asked after every few tags what it has come to.

use std::cell::Cell;

use dom_query::{Document, NodeId};
use html5ever::TokenizerResult;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{Tracer, TreeBuilder, TreeBuilderOpts, TreeSink};

use crate::reader::Cause;
use crate::reader::limits::{self, MAX_ATTRIBUTES, MAX_DEPTH, MAX_NODES, MAX_PAGE};

/// How many tokens pass between two looks at the parser.
const PACE: usize = 16;

/// How much of a page is parsed at a time, in bytes.
const PIECE: usize = 4_096;

/// The tree of a page.
///
/// # Errors
/// If it would be larger or deeper than pages are.
pub(super) fn parse(page: &str) -> Result<Document, Cause> {
    limits::check("the page", page.len(), MAX_PAGE)?;
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let bounded = Bounded {
        builder: TreeBuilder::new(Document::default(), options),
        n_tokens: Cell::new(0),
        refused: Cell::new(None),
    };
    let tokenizer = Tokenizer::new(bounded, TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut rest = page;
    // Unlike any count, so that the first piece is looked at from its begin.
    let mut silence = Silence { n_tokens: usize::MAX, ..Silence::default() };
    while !rest.is_empty() && tokenizer.sink.refused.get().is_none() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        rest = after;
        queue.push_back(StrTendril::from(piece));
        // It stops at the end of each script, for browsers to run it, and where the page states its
        // encoding.
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        if silence.is_bomb(piece, tokenizer.sink.n_tokens.get()) {
            tokenizer.sink.refused.set(Some(Refusal::Attributes));
        }
    }
    tokenizer.end();
    match tokenizer.sink.refused.get() {
        Some(why) => Err(Cause::TooMuch(why.to_string())),
        None => Ok(tokenizer.sink.builder.sink.finish()),
    }
}

/// What was parsed since a token last came of it: a comment, or a start tag, whose attributes the
/// parser compares each with each.
#[derive(Debug, Default)]
struct Silence {
    n_tokens: usize,
    is_comment: bool,
    /// The mark that ends the value that is open.
    quote: Option<u8>,
    n_separators: usize,
}

impl Silence {
    /// True if a tag has more attributes than any page needs. White space in comments is no separator,
    /// yet what looks like one may be part of a value; so it may have some more.
    fn is_bomb(&mut self, piece: &str, n_tokens: usize) -> bool {
        let mut bytes = piece.as_bytes();
        if n_tokens != self.n_tokens {
            let end = piece.rfind('>').map_or(0, |at| at + 1);
            bytes = bytes.get(end..).unwrap_or_default();
            *self = Silence { n_tokens, is_comment: piece[end..].contains("<!--"), ..Silence::default() };
        }
        for byte in bytes {
            match (self.quote, byte) {
                (Some(quote), _) if quote == *byte => self.quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => {
                    self.quote = Some(*byte);
                    self.n_separators += 1;
                }
                (None, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c' | b'/') => self.n_separators += 1,
                _ => {}
            }
        }
        self.n_separators > if self.is_comment { 3 * MAX_ATTRIBUTES } else { MAX_ATTRIBUTES }
    }
}

/// A tree builder that takes no more once it has come to too much.
struct Bounded {
    builder: TreeBuilder<NodeId, Document>,
    n_tokens: Cell<usize>,
    refused: Cell<Option<Refusal>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Depth,
    Nodes,
    Attributes,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Depth => write!(f, "its elements lie in each other more than {MAX_DEPTH} deep"),
            Refusal::Attributes => write!(f, "one of its elements has more than {MAX_ATTRIBUTES} attributes"),
            Refusal::Nodes => write!(f, "it makes more than {MAX_NODES} elements"),
        }
    }
}

impl TokenSink for Bounded {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line_number: u64) -> TokenSinkResult<NodeId> {
        if self.refused.get().is_some() {
            return TokenSinkResult::Continue;
        }
        // A remark of the tokenizer is nothing that came of the page, and may come of each attribute.
        let is_remark = matches!(token, Token::ParseError(_));
        let result = self.builder.process_token(token, line_number);
        if is_remark {
            return result;
        }
        self.n_tokens.set(self.n_tokens.get() + 1);
        if self.n_tokens.get().is_multiple_of(PACE) {
            let open = Count(Cell::new(0));
            self.builder.trace_handles(&open);
            if open.0.get() > MAX_DEPTH {
                self.refused.set(Some(Refusal::Depth));
            } else if self.builder.sink.tree.len() > MAX_NODES {
                self.refused.set(Some(Refusal::Nodes));
            }
        }
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Counts the elements that are open.
struct Count(Cell<usize>);

impl Tracer for Count {
    type Handle = NodeId;

    fn trace_handle(&self, _node: &NodeId) {
        self.0.set(self.0.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_parsed_as_browsers_do() {
        let document =
            parse("<!doctype html><meta charset=x><p>a<p>b<script>if (1 < 2) {}</script><b>c").unwrap();
        let html = "<!DOCTYPE html><html><head><meta charset=\"x\"></head><body><p>a</p><p>b<script>if (1 < 2) {}</script><b>c</b></p></body></html>";
        assert_eq!(&*document.html(), html);
    }

    #[test]
    fn pieces_join_where_they_were_cut() {
        let long = "<p class=\"ü\">ä&auml;🇮🇩</p>".repeat(1_000);
        let document = parse(&long).unwrap();
        assert_eq!(&*document.text(), "ää🇮🇩".repeat(1_000));
    }

    #[test]
    fn pages_that_grow_are_stopped() {
        let why = |page: String| parse(&page).err().map(|cause| cause.to_string());
        let deep = Some("the file is refused, because its elements lie in each other more than 512 deep");
        assert_eq!(why("<div>".repeat(10_000)).as_deref(), deep);
        assert_eq!(why("<template>".repeat(100_000)).as_deref(), deep);
        assert_eq!(why("<svg><g>".repeat(100_000)).as_deref(), deep);
        let wide = Some("the file is refused, because it makes more than 300000 elements");
        assert_eq!(why("<p>".repeat(1_000_000)).as_deref(), wide);
        let bold: String = (0..200).map(|i| format!("<b a{i}>")).collect();
        assert_eq!(why(format!("<p>{bold}{}", "<p>x".repeat(100_000))).as_deref(), wide);
        assert_eq!(why("<div></div>".repeat(1_000)), None);
        let attributes =
            Some("the file is refused, because one of its elements has more than 10000 attributes");
        let many = |mark: &str| (0..100_000).map(|i| format!("{mark}a{i}")).collect::<String>();
        assert_eq!(why(format!("<p {}>", many(" "))).as_deref(), attributes);
        assert_eq!(why(format!("<p {}>", many("/"))).as_deref(), attributes);
        assert_eq!(why(format!("<p>it's a <img src=\"data:{}\">", many("/"))), None);
        assert_eq!(why(format!("<!-- {} -->", "it's ".repeat(20_000))), None);
    }
}
