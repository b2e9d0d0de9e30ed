//! Which underline goes under which.

/// The stretch of a row that a mark's underline and tag take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Extent {
    /// Left edge in points.
    pub(super) x0: f32,
    /// Right edge in points.
    pub(super) x1: f32,
    /// How much text the whole mark covers: shorter ones lie nearer to the text, so that an inner
    /// mark lies inside the outer one.
    pub(super) length: usize,
}

/// More would push rows out of sight; marks beyond have a tint, but no underline.
pub(super) const MAX_LANES: usize = 16;

/// Gives every extent of a row the lane nearest to the text in which it meets no other. `None`
/// for those that find no lane.
pub(super) fn pack(extents: &[Extent]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..extents.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&extents[a], &extents[b]);
        a.length.cmp(&b.length).then(a.x0.total_cmp(&b.x0))
    });
    let mut lanes: Vec<Vec<usize>> = Vec::new();
    let mut found = vec![None; extents.len()];
    for item in order {
        let is_free = |lane: &Vec<usize>| lane.iter().all(|&other| !meet(&extents[item], &extents[other]));
        let lane = match lanes.iter().position(is_free) {
            Some(lane) => lane,
            None if lanes.len() < MAX_LANES => {
                lanes.push(Vec::new());
                lanes.len() - 1
            }
            None => continue,
        };
        lanes[lane].push(item);
        found[item] = Some(lane);
    }
    found
}

fn meet(a: &Extent, b: &Extent) -> bool {
    a.x0 < b.x1 && b.x0 < a.x1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn extent(x0: f32, x1: f32, length: usize) -> Extent {
        Extent { x0, x1, length }
    }

    #[test]
    fn the_shorter_lies_nearer_to_the_text() {
        assert_eq!(pack(&[extent(0.0, 90.0, 50), extent(10.0, 30.0, 6)]), [Some(1), Some(0)]);
    }

    #[test]
    fn marks_that_touch_share_a_lane() {
        assert_eq!(pack(&[extent(0.0, 10.0, 5), extent(10.0, 20.0, 5)]), [Some(0), Some(0)]);
    }

    #[test]
    fn a_pile_of_marks_ends() {
        let pile = vec![extent(0.0, 10.0, 5); 40];
        assert_eq!(pack(&pile).iter().flatten().count(), MAX_LANES);
    }

    proptest! {
        #[test]
        fn none_in_a_lane_overlap(
            extents in prop::collection::vec((0u16..300, 1u16..90, 1usize..100), 0..40),
        ) {
            let extents: Vec<Extent> = extents
                .into_iter()
                .map(|(x, width, length)| extent(f32::from(x), f32::from(x + width), length))
                .collect();
            let lanes = pack(&extents);
            for (i, a) in extents.iter().enumerate() {
                for (j, b) in extents.iter().enumerate().skip(i + 1) {
                    let is_same = lanes[i].is_some() && lanes[i] == lanes[j];
                    prop_assert!(!(is_same && meet(a, b)), "{a:?} and {b:?} in lane {:?}", lanes[i]);
                }
                prop_assert!(lanes[i].is_some() || extents.len() > MAX_LANES);
            }
        }
    }
}
