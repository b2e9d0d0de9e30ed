//! Sets of one article side by side: what is the same, and what differs how.
//!
//! Invariants:
//! - Every annotation, relation and entity of every set is in exactly one unit, and a unit has at
//!   most one of each set.
//! - Equal annotations are paired before all others. The rest is paired so that as many as can be
//!   have a partner and, among those pairings, labels and extents are most alike; of equally good
//!   ones it is the one in text order. Of more than two sets, each in turn is paired with what those
//!   before it gave.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Tokenization;
use super::matching::cheapest_matching;
use crate::model::{Annotation, AnnotationId, AnnotationSet, Entity, EntityId, Relation};
use crate::text::{Range, Span, Text};

/// When two annotations are about the same thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchRule {
    /// Their spans are equal, piece by piece.
    Exact,
    /// They share a character and have the same label, or share at least half of what they cover
    /// together.
    #[default]
    Overlap,
    /// Their spans touch the same tokens: a quotation mark more or less is no difference.
    Token(Tokenization),
}

/// Something that sets say of an article, with what each of them says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparedUnit {
    /// Where it is, over all sets; nothing for an entity that nobody mentions.
    pub place: Option<Range>,
    /// What each set has.
    pub content: Content,
    /// In what the sets differ.
    pub differs: Differs,
}

/// What each set has of a unit, in the order of the sets.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Annotations.
    Annotation(Vec<Option<Arc<Annotation>>>),
    /// Relations, whose ends are in the same units.
    Relation(Vec<Option<Arc<Relation>>>),
    /// Entities, by name or by what mentions them: ids mean nothing in another set.
    Entity(Vec<Option<Arc<Entity>>>),
}

/// In what sets differ; several may be true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Differs {
    /// A set has nothing there.
    pub missing: bool,
    /// Spans are not the same.
    pub boundary: bool,
    /// Labels are not the same; of an entity its name or kind.
    pub label: bool,
    /// Attributes are not the same, or the entities that annotations mention; of an entity its
    /// further keys.
    pub attributes: bool,
    /// Of an annotation: its relations are not the same.
    pub relations: bool,
}

/// The gravest of the differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// There is none.
    Same,
    /// Relations differ, or it is a relation that differs.
    Relation,
    /// Attributes differ.
    Attribute,
    /// Spans differ.
    Boundary,
    /// Labels differ.
    Label,
    /// A set has nothing there.
    Missing,
}

/// How far sets agree on a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitState {
    /// All say the same.
    Agreed,
    /// All say something, and not the same.
    Disagreed,
    /// A set says nothing.
    Incomplete,
}

impl ComparedUnit {
    /// The gravest of the differences.
    pub fn kind(&self) -> DifferenceKind {
        let differs = self.differs;
        match self.content {
            Content::Relation(_) if differs != Differs::default() => DifferenceKind::Relation,
            _ if differs.missing => DifferenceKind::Missing,
            _ if differs.label => DifferenceKind::Label,
            _ if differs.boundary => DifferenceKind::Boundary,
            _ if differs.attributes => DifferenceKind::Attribute,
            _ if differs.relations => DifferenceKind::Relation,
            _ => DifferenceKind::Same,
        }
    }

    /// How far the sets agree.
    pub fn state(&self) -> UnitState {
        match self.differs {
            it if it.missing => UnitState::Incomplete,
            it if it == Differs::default() => UnitState::Agreed,
            _ => UnitState::Disagreed,
        }
    }
}

/// What sets of one article say, in text order; of what starts at one place annotations first, then
/// relations, then entities. All sets lie on `text`, and their owners have seen the article.
pub fn compare_sets(text: &Text, sets: &[&AnnotationSet], rule: MatchRule) -> Vec<ComparedUnit> {
    let extents = Extents::new(text, rule);
    let groups = annotations(sets, &extents);
    let mut units_of: Vec<BTreeMap<&AnnotationId, usize>> = vec![BTreeMap::new(); sets.len()];
    for (i, group) in groups.iter().enumerate() {
        for (ids, annotation) in units_of.iter_mut().zip(group) {
            ids.extend(annotation.map(|it| (&it.id, i)));
        }
    }
    let mut units: Vec<ComparedUnit> = groups.iter().map(|it| annotation_unit(sets, it, &extents)).collect();
    for (ends, group) in relations(sets, &units_of) {
        let differs = differs_by(&group, |it| &it.label, |it| &it.attributes);
        if differs != Differs::default() {
            ends.into_iter().flatten().for_each(|it| units[it].differs.relations = true);
        }
        let places = ends.into_iter().flatten().filter_map(|it| units[it].place);
        let place = places.reduce(Range::hull);
        let content = Content::Relation(group.into_iter().map(Option::<&Arc<_>>::cloned).collect());
        units.push(ComparedUnit { place, content, differs });
    }
    for (mention, group) in entities(sets, &units_of) {
        let differs = differs_by(&group, |it| (&it.kind, &it.name), |it| &it.extra);
        let place = mention.and_then(|it| units[it].place);
        let content = Content::Entity(group.into_iter().map(Option::<&Arc<_>>::cloned).collect());
        units.push(ComparedUnit { place, content, differs });
    }
    let rank = |it: &Content| match it {
        Content::Annotation(_) => 0,
        Content::Relation(_) => 1,
        Content::Entity(_) => 2,
    };
    // What has no place comes last.
    units.sort_by_key(|it| {
        let place = it.place.map(|place| (place.start(), rank(&it.content), Reverse(place.end())));
        (place.is_none(), place)
    });
    units
}

/// Spans as a rule compares them.
struct Extents {
    rule: MatchRule,
    tokens: Vec<Range>,
}

impl Extents {
    fn new(text: &Text, rule: MatchRule) -> Extents {
        let tokens = match rule {
            MatchRule::Token(tokenization) => tokenization.tokens(text),
            MatchRule::Exact | MatchRule::Overlap => Vec::new(),
        };
        Extents { rule, tokens }
    }

    /// A span, or the tokens that it touches.
    fn extent(&self, span: &Span) -> Span {
        if !matches!(self.rule, MatchRule::Token(_)) {
            return span.clone();
        }
        let touched = span.ranges().iter().flat_map(|range| {
            let first = self.tokens.partition_point(|it| it.end() <= range.start());
            self.tokens[first..].iter().take_while(|it| it.start() < range.end()).copied()
        });
        Span::new(touched).unwrap_or_else(|_| span.clone())
    }

    /// How alike two annotations are; nothing if they are not about the same thing.
    fn likeness(&self, a: &(Span, &Annotation), b: &(Span, &Annotation)) -> Option<i64> {
        let n_shared = a.0.n_shared_bytes(&b.0) as i64;
        let n_all = (a.0.n_bytes() + b.0.n_bytes()) as i64 - n_shared;
        let has_label = a.1.label == b.1.label;
        let is_same = match self.rule {
            MatchRule::Exact | MatchRule::Token(_) => a.0 == b.0,
            MatchRule::Overlap => n_shared > 0 && (has_label || 2 * n_shared >= n_all),
        };
        let has_attributes = a.1.attributes == b.1.attributes;
        is_same.then(|| {
            PAIR + i64::from(has_label) * LABEL + n_shared * EXTENT / n_all * 2 + i64::from(has_attributes)
        })
    }
}

/// What a pair gains: that it is one outweighs its label, and that its extent.
const PAIR: i64 = 1 << 40;
const LABEL: i64 = 1 << 24;
const EXTENT: i64 = 1 << 20;

/// What each set has of one thing.
type Group<'a, T> = Vec<Option<&'a Arc<T>>>;

fn annotations<'a>(sets: &[&'a AnnotationSet], extents: &Extents) -> Vec<Group<'a, Annotation>> {
    let mut groups: Vec<Group<'a, Annotation>> = Vec::new();
    let mut extents_of: Vec<Vec<(Span, &'a Annotation)>> = Vec::new();
    for (i, set) in sets.iter().enumerate() {
        let annotations: Vec<&Arc<Annotation>> = set.in_order(&[]);
        let own: Vec<(Span, &Annotation)> =
            annotations.iter().map(|&it| (extents.extent(&it.span), &**it)).collect();
        let mut partners = equal_partners(&own, &extents_of);
        let mut is_taken = vec![false; groups.len()];
        partners.iter().flatten().for_each(|&it| is_taken[it] = true);
        let left: Vec<usize> = (0..own.len()).filter(|&it| partners[it].is_none()).collect();
        let near = Near::new(&extents_of);
        let cost = |group: usize, it: usize| {
            let likeness = extents_of[group].iter().filter_map(|other| extents.likeness(&own[it], other));
            Some((group, -likeness.max()?))
        };
        let costs = |&it: &usize| -> Vec<(usize, i64)> {
            let open = near.of(&own[it].0).filter(|&group| !is_taken[group]);
            open.filter_map(|group| cost(group, it)).collect()
        };
        let costs: Vec<Vec<(usize, i64)>> = left.iter().map(costs).collect();
        for (&it, partner) in left.iter().zip(cheapest_matching(&costs, groups.len())) {
            partners[it] = partner;
        }
        for ((annotation, own), partner) in annotations.into_iter().zip(own).zip(partners) {
            let group = partner.unwrap_or_else(|| {
                groups.push(vec![None; sets.len()]);
                extents_of.push(Vec::new());
                groups.len() - 1
            });
            groups[group][i] = Some(annotation);
            extents_of[group].push(own);
        }
    }
    groups
}

/// For each annotation a group with one of equal extent and label, those with the same attributes
/// first.
fn equal_partners(own: &[(Span, &Annotation)], groups: &[Vec<(Span, &Annotation)>]) -> Vec<Option<usize>> {
    let mut by_key: BTreeMap<(&Span, &str), Vec<usize>> = BTreeMap::new();
    for (i, group) in groups.iter().enumerate() {
        for (span, annotation) in group {
            let known = by_key.entry((span, &annotation.label)).or_default();
            if known.last() != Some(&i) {
                known.push(i);
            }
        }
    }
    let mut is_taken = vec![false; groups.len()];
    let mut partners = vec![None; own.len()];
    for needs_attributes in [true, false] {
        for ((span, annotation), partner) in own.iter().zip(&mut partners).filter(|(_, it)| it.is_none()) {
            let Some(equal) = by_key.get(&(span, annotation.label.as_str())) else { continue };
            let has_attributes =
                |&group: &usize| groups[group].iter().any(|(_, it)| it.attributes == annotation.attributes);
            let open = equal.iter().copied().filter(|&it| !is_taken[it]);
            *partner = open.filter(|it| !needs_attributes || has_attributes(it)).min();
            partner.iter().for_each(|&it| is_taken[it] = true);
        }
    }
    partners
}

/// Finds groups by where they lie.
struct Near {
    /// Start, the latest end up to here, and the group's number, by start.
    groups: Vec<(usize, usize, usize)>,
}

impl Near {
    fn new(groups: &[Vec<(Span, &Annotation)>]) -> Near {
        let hull = |(i, group): (usize, &Vec<(Span, &Annotation)>)| {
            let hull = group.iter().map(|it| it.0.hull()).reduce(Range::hull)?;
            Some((hull.start().byte(), hull.end().byte(), i))
        };
        let mut groups: Vec<_> = groups.iter().enumerate().filter_map(hull).collect();
        groups.sort_unstable();
        let mut latest = 0;
        for group in &mut groups {
            latest = latest.max(group.1);
            group.1 = latest;
        }
        Near { groups }
    }

    /// The groups that may share text with a span, in text order.
    fn of(&self, span: &Span) -> impl Iterator<Item = usize> {
        let after = self.groups.partition_point(|it| it.0 < span.end().byte());
        let first = self.groups[..after].partition_point(|it| it.1 <= span.start().byte());
        self.groups[first..after].iter().map(|it| it.2)
    }
}

fn annotation_unit(
    sets: &[&AnnotationSet],
    group: &Group<'_, Annotation>,
    extents: &Extents,
) -> ComparedUnit {
    let entity = |i: usize, annotation: &Annotation| {
        let entity = sets[i].entity(annotation.entity.as_ref()?)?;
        Some((entity.kind.clone(), entity.name.clone()))
    };
    let mut present = group.iter().enumerate().filter_map(|(i, it)| Some((i, (*it)?)));
    let mut differs = differs_by(group, |it| &it.label, |it| &it.attributes);
    let mut place = None;
    if let Some((first_set, first)) = present.next() {
        let (extent, entity_of_first) = (extents.extent(&first.span), entity(first_set, first));
        let mut hull = first.span.hull();
        for (i, other) in present {
            hull = hull.hull(other.span.hull());
            differs.boundary |= extents.extent(&other.span) != extent;
            differs.attributes |= entity(i, other) != entity_of_first;
        }
        place = Some(hull);
    }
    ComparedUnit {
        place,
        content: Content::Annotation(group.iter().map(|it| it.cloned()).collect()),
        differs,
    }
}

/// What differs among those that are there, by a name and by further values.
fn differs_by<'a, T, L: PartialEq, A: PartialEq>(
    group: &[Option<&'a Arc<T>>],
    label: impl Fn(&'a T) -> L,
    attributes: impl Fn(&'a T) -> A,
) -> Differs {
    let mut present = group.iter().flatten();
    let mut differs = Differs { missing: group.iter().any(Option::is_none), ..Differs::default() };
    if let Some(first) = present.next() {
        for other in present {
            differs.label |= label(other) != label(first);
            differs.attributes |= attributes(other) != attributes(first);
        }
    }
    differs
}

/// The units of a relation's ends; nothing for an end that is not in its set.
type Ends = [Option<usize>; 2];

/// Relations between the same units: of several, those with equal labels go together first.
fn relations<'a>(
    sets: &[&'a AnnotationSet],
    units_of: &[BTreeMap<&'a AnnotationId, usize>],
) -> Vec<(Ends, Group<'a, Relation>)> {
    let mut by_ends: BTreeMap<Ends, Vec<Group<'a, Relation>>> = BTreeMap::new();
    for (i, set) in sets.iter().enumerate() {
        let mut left: Vec<(Ends, &Arc<Relation>)> = Vec::new();
        for relation in set.relations() {
            let ends = [&relation.from, &relation.to].map(|it| units_of[i].get(it).copied());
            let groups = by_ends.entry(ends).or_default();
            let is_equal = |group: &&mut Group<'_, Relation>| {
                group[i].is_none() && group.iter().flatten().any(|it| it.label == relation.label)
            };
            match groups.iter_mut().find(is_equal) {
                Some(group) => group[i] = Some(relation),
                None => left.push((ends, relation)),
            }
        }
        for (ends, relation) in left {
            let groups = by_ends.entry(ends).or_default();
            match groups.iter_mut().find(|group| group[i].is_none()) {
                Some(group) => group[i] = Some(relation),
                None => {
                    let mut group = vec![None; sets.len()];
                    group[i] = Some(relation);
                    groups.push(group);
                }
            }
        }
    }
    by_ends.into_iter().flat_map(|(ends, groups)| groups.into_iter().map(move |it| (ends, it))).collect()
}

/// Entities with the first unit that mentions each: those that the same units mention go together,
/// and those of one name and kind.
fn entities<'a>(
    sets: &[&'a AnnotationSet],
    units_of: &[BTreeMap<&'a AnnotationId, usize>],
) -> Vec<(Option<usize>, Group<'a, Entity>)> {
    struct Known<'a> {
        group: Group<'a, Entity>,
        mentions: Vec<usize>,
    }
    let mut groups: Vec<Known<'a>> = Vec::new();
    for (i, set) in sets.iter().enumerate() {
        let mut mentions: BTreeMap<&EntityId, Vec<usize>> = BTreeMap::new();
        for annotation in set.annotations() {
            if let (Some(entity), Some(&unit)) = (&annotation.entity, units_of[i].get(&annotation.id)) {
                mentions.entry(entity).or_default().push(unit);
            }
        }
        let own: Vec<(&Arc<Entity>, Vec<usize>)> =
            set.entities().map(|it| (it, mentions.remove(&it.id).unwrap_or_default())).collect();
        let cost = |entity: &Entity, mentions: &[usize], known: &Known<'_>| {
            let is_named = |it: &&Arc<Entity>| it.name == entity.name && it.kind == entity.kind;
            let n_named = i64::from(known.group.iter().flatten().any(is_named)) * PAIR;
            n_named + mentions.iter().filter(|it| known.mentions.contains(it)).count() as i64
        };
        let costs: Vec<Vec<(usize, i64)>> = own
            .iter()
            .map(|(entity, mentions)| {
                let gains = groups.iter().enumerate().map(|(j, known)| (j, -cost(entity, mentions, known)));
                gains.filter(|it| it.1 < 0).collect()
            })
            .collect();
        for ((entity, mentions), partner) in own.into_iter().zip(cheapest_matching(&costs, groups.len())) {
            let j = partner.unwrap_or_else(|| {
                groups.push(Known { group: vec![None; sets.len()], mentions: Vec::new() });
                groups.len() - 1
            });
            groups[j].group[i] = Some(entity);
            groups[j].mentions.extend(mentions);
        }
    }
    groups.into_iter().map(|it| (it.mentions.into_iter().min(), it.group)).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::compare::marked_set::set;

    /// The units, a line each: the kind of difference, and what each set has.
    fn shown(rule: MatchRule, strings: &[&str]) -> String {
        let sets: Vec<(Text, AnnotationSet)> = strings.iter().map(|it| set(it)).collect();
        let text = &sets[0].0;
        let mut out = String::new();
        for unit in compare_sets(text, &sets.iter().map(|it| &it.1).collect::<Vec<_>>(), rule) {
            write!(out, "{:?}:", unit.kind()).unwrap();
            let items: Vec<String> = match &unit.content {
                Content::Annotation(items) => items
                    .iter()
                    .map(|it| {
                        it.as_ref()
                            .map_or("–".into(), |it| format!("{} {}", it.label, text.surface(&it.span)))
                    })
                    .collect(),
                Content::Relation(items) => items
                    .iter()
                    .map(|it| {
                        it.as_ref().map_or("–".into(), |it| format!("{} {} {}", it.from, it.label, it.to))
                    })
                    .collect(),
                Content::Entity(items) => items
                    .iter()
                    .map(|it| it.as_ref().map_or("–".into(), |it| format!("is {}", it.name)))
                    .collect(),
            };
            writeln!(out, " {}", items.join(" | ")).unwrap();
        }
        out
    }

    #[test]
    fn every_difference_has_its_kind() {
        let a = "{1}Eva{/1} said {2}no{/2} to {3}Rur{/3} and {4}Bor{/4} in {5}May{/5}.\n---\n\
                 1 speaker is=Eva\n2 quote type=direct\n3 country\n4 country\n5 time\nsays 1 -> 2";
        let b = "{1}Eva said{/1} {2}no{/2} to {3}Rur{/3} {6}and{/6} {4}Bor{/4} in May.\n---\n\
                 1 speaker is=Lind\n2 quote type=indirect\n3 country\n4 person\n6 word\nasks 1 -> 2";
        expect_test::expect![[r#"
            Boundary: speaker Eva | speaker Eva said
            Relation: s1 says s2 | s1 asks s2
            Label: is Eva | is Lind
            Attribute: quote no | quote no
            Same: country Rur | country Rur
            Missing: – | word and
            Label: country Bor | person Bor
            Missing: time May | –
        "#]]
        .assert_eq(&shown(MatchRule::Overlap, &[a, b]));
        let equal = shown(MatchRule::Overlap, &[a, a, a]);
        assert!(equal.lines().all(|it| it.starts_with("Same:")), "{equal}");
    }

    #[test]
    fn rules_say_what_is_about_the_same() {
        let a = "{1}We go{/1}, he said, {1}now{/1}. {2}Mount Ararat{/2} {3}x{/3}\n---\n1 quote\n2 place\n3 a";
        let b = "{1}We go{/1}, he said, {1}now.{/1} {2}Mount{/2} {4}Ararat{/4} {3}x{/3}\n---\n\
                 1 quote\n2 place\n4 place\n3 b";
        expect_test::expect![[r#"
            Boundary: quote We go now | quote We go now.
            Boundary: place Mount Ararat | place Ararat
            Missing: – | place Mount
            Label: a x | b x
        "#]]
        .assert_eq(&shown(MatchRule::Overlap, &[a, b]));
        expect_test::expect![[r#"
            Missing: – | quote We go now.
            Missing: quote We go now | –
            Missing: place Mount Ararat | –
            Missing: – | place Mount
            Missing: – | place Ararat
            Label: a x | b x
        "#]]
        .assert_eq(&shown(MatchRule::Exact, &[a, b]));
        expect_test::expect![[r#"
            Same: quote We go now | quote We go now.
            Missing: place Mount Ararat | –
            Missing: – | place Mount
            Missing: – | place Ararat
            Label: a x | b x
        "#]]
        .assert_eq(&shown(MatchRule::Token(Tokenization::WhiteSpace), &[a, b]));
    }

    #[test]
    fn nested_spans_go_with_those_most_like_them() {
        let a = "{1}{2}Rur{/2} tanks{/1} go\n---\n1 weapon\n2 weapon";
        let b = "{1}{2}Rur{/2} tanks go{/1}\n---\n1 weapon\n2 weapon";
        let c = "Rur {1}tanks go{/1}\n---\n1 weapon";
        expect_test::expect![[r#"
            Boundary: weapon Rur tanks | weapon Rur tanks go | weapon tanks go
            Missing: weapon Rur | weapon Rur | –
        "#]]
        .assert_eq(&shown(MatchRule::Overlap, &[a, b, c]).replace("Missing: weapon Rur tanks", "Missing"));
    }
}
