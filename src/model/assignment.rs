//! Who annotates what, and who may see it.

use std::collections::BTreeMap;

use super::{DocumentId, Extra, Owner, Status};

/// Which annotators an article was given to, and whether they work blind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignments {
    /// True if others' annotations are out of an annotator's sight until their own article is done.
    pub is_blind: bool,
    /// True once the curator has opened the round: nothing is out of sight any more.
    pub is_open: bool,
    /// The annotators of each article, by name.
    pub articles: BTreeMap<DocumentId, Vec<Owner>>,
    /// Unknown keys of the file.
    pub extra: Extra,
}

/// How articles are given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deal {
    /// To whom.
    pub annotators: Vec<Owner>,
    /// How many annotate each article.
    pub per_article: usize,
    /// Where chance starts: the same seed deals alike on every machine.
    pub seed: u64,
}

impl Assignments {
    /// True if an article was given to an annotator.
    pub fn has(&self, document: &DocumentId, owner: &Owner) -> bool {
        self.articles.get(document).is_some_and(|it| it.contains(owner))
    }

    /// True if anything was given to an annotator.
    pub fn knows(&self, owner: &Owner) -> bool {
        self.articles.values().any(|it| it.contains(owner))
    }

    /// True if others' annotations on an article are out of somebody's sight, whose own work on it is
    /// that far. Gold sees everything.
    pub fn hides(&self, owner: &Owner, own: Status) -> bool {
        self.is_blind && !self.is_open && *owner != Owner::Gold && own != Status::Done
    }

    /// How many articles each annotator has.
    pub fn loads(&self) -> BTreeMap<&Owner, usize> {
        let mut loads = BTreeMap::new();
        for owner in self.articles.values().flatten() {
            *loads.entry(owner).or_default() += 1;
        }
        loads
    }

    /// Gives each article to as many annotators as the deal says: to those who have the fewest
    /// articles, of these to those who had the fewest together with whoever has it already, and of
    /// these by chance. What was given before stays, and counts. So loads differ by one at most,
    /// unless what was given before differs by more.
    pub fn deal(&mut self, articles: &[DocumentId], deal: &Deal) {
        let n = deal.annotators.len();
        let number = |owner: &Owner| deal.annotators.iter().position(|it| it == owner);
        let mut loads = vec![0_usize; n];
        let mut together = vec![vec![0_usize; n]; n];
        let count = |loads: &mut Vec<usize>, together: &mut Vec<Vec<usize>>, owners: &[Owner]| {
            let known: Vec<usize> = owners.iter().filter_map(number).collect();
            for &i in &known {
                loads[i] += 1;
                known.iter().filter(|&&j| j != i).for_each(|&j| together[i][j] += 1);
            }
        };
        for owners in self.articles.values() {
            count(&mut loads, &mut together, owners);
        }
        let mut random = fastrand::Rng::with_seed(deal.seed);
        let mut order: Vec<&DocumentId> = articles.iter().collect();
        order.sort();
        order.dedup();
        random.shuffle(&mut order);
        for document in order {
            let owners = self.articles.entry(document.clone()).or_default();
            let mut has: Vec<usize> = owners.iter().filter_map(number).collect();
            let wanted = deal.per_article.min(n).saturating_sub(owners.len());
            for _ in 0..wanted {
                let ranks: Vec<u64> = (0..n).map(|_| random.u64(..)).collect();
                let met = |i: usize| has.iter().map(|&j| together[i][j]).sum::<usize>();
                let open = (0..n).filter(|it| !has.contains(it));
                let Some(next) = open.min_by_key(|&i| (loads[i], met(i), ranks[i])) else { break };
                loads[next] += 1;
                for &other in &has {
                    together[next][other] += 1;
                    together[other][next] += 1;
                }
                has.push(next);
                owners.push(deal.annotators[next].clone());
            }
            owners.sort();
            if owners.is_empty() {
                self.articles.remove(document);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn articles(n: usize) -> Vec<DocumentId> {
        (0..n).map(|i| DocumentId::new(format!("articles/{i}.txt"))).collect()
    }

    fn people(n: usize) -> Vec<Owner> {
        (0..n).map(|i| Owner::named(&format!("p{i}"))).collect()
    }

    proptest! {
        #[test]
        fn a_deal_is_fair_and_the_same_again(
            n in 0usize..60, n_people in 1usize..7, per_article in 1usize..5, seed in any::<u64>(),
        ) {
            let deal = Deal { annotators: people(n_people), per_article, seed };
            let mut dealt = Assignments::default();
            dealt.deal(&articles(n), &deal);
            for owners in dealt.articles.values() {
                let mut distinct = owners.clone();
                distinct.dedup();
                prop_assert_eq!(distinct.len(), per_article.min(n_people));
            }
            let loads = dealt.loads();
            let (most, least) = (loads.values().max().copied(), loads.values().min().copied());
            if n * per_article.min(n_people) >= n_people {
                prop_assert_eq!(loads.len(), n_people);
                prop_assert!(most <= least.map(|it| it + 1), "{loads:?}");
            }
            let mut again = Assignments::default();
            let mut reversed = articles(n);
            reversed.reverse();
            again.deal(&reversed, &deal);
            prop_assert_eq!(&again, &dealt);
            // More articles change nothing of what was given.
            again.deal(&articles(n + 10), &deal);
            for (document, owners) in &dealt.articles {
                prop_assert_eq!(&again.articles[document], owners);
            }
        }
    }

    #[test]
    fn every_two_meet_about_as_often() {
        let mut dealt = Assignments::default();
        dealt.deal(&articles(60), &Deal { annotators: people(4), per_article: 2, seed: 1 });
        let mut met: BTreeMap<Vec<Owner>, usize> = BTreeMap::new();
        dealt.articles.values().for_each(|it| *met.entry(it.clone()).or_default() += 1);
        assert_eq!(met.len(), 6);
        assert!(met.values().all(|n| (8..=12).contains(n)), "{met:?}");
    }

    #[test]
    fn gold_and_who_is_done_see_everything() {
        let mut dealt = Assignments { is_blind: true, ..Assignments::default() };
        let rina = Owner::named("Rina");
        assert!(dealt.hides(&rina, Status::InProgress));
        assert!(!dealt.hides(&rina, Status::Done));
        assert!(!dealt.hides(&Owner::Gold, Status::New));
        dealt.is_open = true;
        assert!(!dealt.hides(&rina, Status::New));
    }
}
