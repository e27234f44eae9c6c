/// The order in which `arms` arms run in `round`: rotated by one place every
/// second round, and reversed in every other.
pub(crate) fn order(arms: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..arms).collect();
    order.rotate_left(round / 2 % arms);
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::order;

    #[test]
    fn every_second_round_runs_backwards() {
        assert_eq!(order(3, 2), [1, 2, 0]);
        assert_eq!(order(3, 3), [0, 2, 1]);
    }

    #[test]
    fn every_arm_stands_in_every_place_equally_often() {
        for place in 0..3 {
            let mut seen: Vec<usize> = (0..6).map(|round| order(3, round)[place]).collect();
            seen.sort_unstable();
            assert_eq!(seen, [0, 0, 1, 1, 2, 2]);
        }
    }
}
