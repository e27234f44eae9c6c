/// The value below which the given fraction of the values lies, interpolated
/// between neighbours.
pub(crate) fn quantile(values: &[f64], fraction: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = fraction * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// The middle value.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// Each value divided by the baseline's of the same round.
pub(crate) fn ratios(values: &[f64], baseline: &[f64]) -> Vec<f64> {
    values.iter().zip(baseline).map(|(value, base)| value / base).collect()
}

/// The standard error of the median, as it is for values that are distributed
/// normally between their tenth and ninetieth percentile.
pub(crate) fn standard_error(values: &[f64]) -> f64 {
    let deviation = (quantile(values, 0.9) - quantile(values, 0.1)) / 2.563;
    1.2533 * deviation / (values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::{median, quantile, ratios, standard_error};

    #[test]
    fn the_median_of_an_even_count_lies_between_the_middle_two() {
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn the_outermost_quantiles_are_the_extremes() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.0), 1.0);
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 1.0), 3.0);
    }

    #[test]
    fn ratios_pair_the_rounds() {
        assert_eq!(ratios(&[2.0, 9.0], &[1.0, 3.0]), [2.0, 3.0]);
    }

    #[test]
    fn four_times_the_values_halve_the_error() {
        let values: Vec<f64> = (0..1000).map(|value| f64::from(value % 100)).collect();
        let quarter = standard_error(&values[..250]);
        assert!((standard_error(&values) / quarter - 0.5).abs() < 0.01);
    }
}
