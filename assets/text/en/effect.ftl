# The test of a cycle: what is fixed before acting, what it said.

improvement-test = Test of the effect
improvement-test-note = fixed before acting, so that nobody chooses it by its result
improvement-test-planned = Fixed before acting
improvement-fixed-at = Fixed
improvement-not-fixed = as the cycle leaves its plan
improvement-judged-at = Judged
improvement-direction = Wanted direction
improvement-direction-higher = More
improvement-direction-lower = Less
improvement-direction-usual = by the KPI’s definition
improvement-worth = Smallest worthwhile change
improvement-worth-help = In the KPI’s unit. A smaller change counts as not shown, however certain it is. Empty: any change.
improvement-worth-any = any
improvement-check-days = Length of the check
improvement-check-days-help = Days that the check takes at least. Whole weeks, so that the rhythm of the week is the same before and after.
improvement-days = { $days ->
    [one] one day
   *[other] { $days } days
  }
improvement-span = { $from } to { $to }
improvement-ratio = { $value } times the rate before
improvement-test-kind = Test
improvement-test-shares = Difference of two shares (Newcombe)
improvement-test-rates = Ratio of two rates (exact)
improvement-test-means = Difference of two means (Welch; few values resampled)
improvement-test-series = Days after against limits frozen before
improvement-test-before = Before
improvement-test-n = Observations
improvement-test-n-of = { $before } before, { $after } after
improvement-test-size = Effect
improvement-test-interval = 95 % interval
improvement-test-p = p value
improvement-test-method = Computed by
improvement-test-dispersion = Days vary
improvement-test-dispersion-of = { $times } times as much as chance alone would make them; judged by limits frozen before, size and interval are information
improvement-test-stable = The time before
improvement-test-signals = Days after against limits from before
improvement-test-signals-of = { $points } days: { $wanted } signals on the wanted side, { $unwanted } on the other
improvement-method-newcombe = Newcombe’s interval of two Wilson intervals; p by the pooled z test
improvement-method-exact-ratio = exact conditional test of the rate ratio
improvement-method-welch = Welch’s t test
improvement-method-bootstrap = resampling, 2,000 times
improvement-method-frozen-limits = control limits frozen before; runs and points beyond them
improvement-method-seed = { $method }, seed { $seed }
improvement-stable-stable = stable: no run, hardly a point beyond the limits
improvement-stable-unstable = not stable: it shifted or jumped by itself
improvement-stable-unknown = too few days to say
improvement-effect-said = { $verdict }: { $size }
improvement-effect-effective = Effective
improvement-effect-not-shown = Not shown
improvement-effect-worse = Worse
improvement-effect-not-testable = Not testable
improvement-effect-effective-about = { $size }: the whole interval lies on the wanted side of what was fixed. It changed after the actions; without a group to compare with, nothing says that it changed because of them. Look at season and volume.
improvement-effect-not-shown-about = { $size }: the interval still holds changes that are none, or too small. More days, or a stronger action, may show one.
improvement-effect-worse-about = { $size }: it changed in the unwanted direction after the actions. Nothing says that it changed because of them.
improvement-effect-unstable-about = The time before was not stable, so that a comparison with it answers nothing. Stabilise the process first, or take another baseline.
improvement-effect-not-testable-about = There is nothing to test: too few data before or after.

problem-cycle-worth = The smallest worthwhile change is a number from 0 on
problem-cycle-check-days = The length of the check is a number of days from 1 to { $most }
problem-cycle-check-short = The check was fixed to take { $days } days at least
