/// The order in which `arms` arms run in `round`: rotated by one place every
/// second round, and reversed in every other. From within, it goes to and fro
/// (a Williams design), so that what one arm leaves behind in the caches meets
/// all others alike.
pub(crate) fn order(arms: usize, round: usize) -> Vec<usize> {
    let to_and_fro = (0..arms).map(|place| match place % 2 {
        0 => place / 2,
        _ => arms - 1 - place / 2,
    });
    let mut order: Vec<usize> = to_and_fro.map(|arm| (arm + round / 2) % arms).collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::order;

    fn each_equally_often<T: Ord>(mut seen: Vec<T>, times: usize) {
        seen.sort_unstable();
        assert!(seen.chunk_by(|one, next| one == next).all(|same| same.len() == times));
    }

    #[test]
    fn every_second_round_runs_backwards() {
        assert_eq!(order(4, 2), [1, 0, 2, 3]);
        assert_eq!(order(4, 3), [3, 2, 0, 1]);
    }

    #[test]
    fn every_arm_stands_in_every_place_equally_often() {
        for arms in 2..8 {
            for place in 0..arms {
                let seen = (0..2 * arms).map(|round| order(arms, round)[place]);
                each_equally_often(seen.collect(), 2);
            }
        }
    }

    #[test]
    fn every_arm_follows_every_other_equally_often() {
        for arms in 2..8 {
            let rounds = (0..2 * arms).map(|round| order(arms, round));
            let pairs =
                rounds.flat_map(|order| order.windows(2).map(<[_]>::to_vec).collect::<Vec<_>>());
            each_equally_often(pairs.collect(), 2);
        }
    }
}
