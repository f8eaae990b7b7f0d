//! Days on which many seats came or went at once: a department that moves in, a clean-up. A smooth trend would smear each
//! over weeks, and call the next one impossible before it has begun.

/// Less is noise of whole seats.
const SIZE_MIN: f64 = 3.0;
/// So many deviations from what is usual on such a day of the week.
const DEVIATIONS: f64 = 5.0;
/// From the median of absolute deviations to the deviation of noise that is nearly normal.
const NORMAL: f64 = 1.4826;
/// So much of a day's change has to be still there in the week after it; else it was a slip.
const STAYS_MIN: f64 = 0.5;
/// Where more than one day in so many is a step, all is steps, and they are the trend.
const DAYS_PER_STEP: usize = 14;
/// Fewer days after a change do not show whether it stays.
const AFTER_MIN: usize = 3;
const WEEK: usize = 7;

/// The day, counted from the first one, on which the new level begins, and by how many seats it differs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub day: usize,
    pub seats: f64,
}

/// The steps of a series of daily numbers; none where they are too many to be told from it.
pub(super) fn steps(demand: &[f64]) -> Vec<Step> {
    let changes: Vec<f64> = demand.iter().zip(demand.iter().skip(1)).map(|(day, next)| next - day).collect();
    // The rhythm of the week, and the growth, are what is usual on such a day.
    let usual: Vec<f64> = (0..WEEK).map(|day| median(changes.iter().skip(day).step_by(WEEK).copied())).collect();
    let unusual: Vec<f64> = changes.iter().zip(usual.iter().cycle()).map(|(change, usual)| change - usual).collect();
    let noise = NORMAL * median(unusual.iter().map(|change| change.abs()));
    let least = (DEVIATIONS * noise).max(SIZE_MIN);
    let mut found: Vec<Step> = Vec::new();
    for (place, change) in unusual.iter().enumerate().filter(|(_, change)| change.abs() > least) {
        let day = place + 1;
        let follows = found.last().is_some_and(|last| day - last.day < AFTER_MIN);
        if let Some(seats) = stays(demand, day, *change).filter(|_| !follows) {
            found.push(Step { day, seats });
        }
    }
    if found.len() * DAYS_PER_STEP > demand.len() { Vec::new() } else { found }
}

/// By how much the level of the week after a change differs from that of the week before, if the change stays.
fn stays(demand: &[f64], day: usize, change: f64) -> Option<f64> {
    let before = demand.get(day.checked_sub(WEEK)?..day)?;
    let after = demand.get(day..demand.len().min(day + WEEK))?;
    if after.len() < AFTER_MIN {
        return None;
    }
    // The same days of the week, so that the rhythm does not count.
    let differences = before.iter().zip(after).map(|(before, after)| after - before);
    let seats = median(differences);
    let is_meant = seats.abs() >= STAYS_MIN * change.abs() && seats.signum() == change.signum();
    // What stays is not more than what came.
    is_meant.then(|| if seats.abs() < change.abs() { seats } else { change })
}

/// The series as if the level of its last day had been there from the beginning.
pub(super) fn without(demand: &[f64], steps: &[Step]) -> Vec<f64> {
    let later = |day: usize| steps.iter().filter(|step| step.day > day).map(|step| step.seats).sum::<f64>();
    demand.iter().enumerate().map(|(day, seats)| seats + later(day)).collect()
}

/// 0 for none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A week's rhythm on a line, with steps.
    fn series(days: usize, steps: &[Step]) -> Vec<f64> {
        let level = |day: usize| steps.iter().filter(|step| step.day <= day).map(|step| step.seats).sum::<f64>();
        let numbers = (0..days).map(|day| (day, f64::from(u32::try_from(day).unwrap())));
        numbers.map(|(day, number)| 100.0 + 0.4 * number + if day % 7 > 4 { -6.0 } else { 0.0 } + level(day)).collect()
    }

    #[test]
    fn what_comes_at_once_and_stays_is_a_step() {
        let planted = [Step { day: 12, seats: 20.0 }, Step { day: 40, seats: -15.0 }];
        let demand = series(60, &planted);
        let found = steps(&demand);
        assert_eq!(found.iter().map(|step| step.day).collect::<Vec<_>>(), [12, 40]);
        let calm = without(&demand, &found);
        assert!((calm[59] - demand[59]).abs() < 1e-9);
        let level = series(60, &[]);
        assert!(calm.iter().zip(&level).all(|(calm, level)| (calm - level - 5.0).abs() < 4.0));
    }

    #[test]
    fn what_goes_again_and_what_is_always_there_is_none() {
        assert_eq!(steps(&series(60, &[])), []);
        let mut slip = series(60, &[]);
        slip[30] += 40.0;
        assert_eq!(steps(&slip), []);
        let stairs: Vec<Step> = (1..10).map(|number| Step { day: number * 6, seats: 9.0 }).collect();
        assert_eq!(steps(&series(60, &stairs)), []);
        assert_eq!(steps(&[]), []);
    }
}
