# Control charts: kinds, rules, phases, what limits and targets say together.

kpis-control = Control chart
kpis-control-points = Points
kpis-points-day = By day
kpis-points-week = By week
kpis-points-month = By month
kpis-control-about = Control chart with { $signals ->
    [0] no signals
    [one] one signal
   *[other] { $signals } signals
  }; the table below holds the same figures.
kpis-control-caption = Solid lines: centre and limits, the voice of the process. Dashed line: target, dotted line: edge of the allowed range, both set by management. A diamond breaks the rules whose numbers stand at it.
kpis-control-caption-xmr = Below: moving ranges mR, the distance of each point from the one before; the centre is their mean M̄R, the limit 3.267 times that. A range beyond it is marked mR and raises no signal of its own.
kpis-control-caption-xbar-s = Below: standard deviations S within each point; the centre is their mean, the limits are B3 and B4 times that, by the number of measurements. A deviation beyond them is marked S and raises no signal of its own.
kpis-control-caption-ewma = Rings: what was measured. Line: the weighted mean of all points so far, the newest with weight λ. The limits widen from the first point of a phase until the weights have settled.
kpis-control-without = Too few points for limits yet, or none of them differ: twenty points are needed, twelve for provisional limits.
kpis-control-none = Nothing was measured in this span.
kpis-control-read-by = Chart
kpis-control-rules = Rules
kpis-line-range = Range
kpis-line-ewma = EWMA
kpis-axis-unit = { $name } ({ $unit })
kpis-axis-xmr = Single value X
kpis-axis-xbar-s = Mean of the subgroup
kpis-axis-g = Items between events
kpis-axis-t = Days between events
kpis-axis-ewma = EWMA, λ = { $lambda }
kpis-spread-mr = Moving range mR
kpis-spread-mr-centre = M̄R
kpis-spread-mr-upper = mR upper limit
kpis-spread-s = Standard deviation S
kpis-spread-s-lower = S lower limit
kpis-spread-s-centre = S centre
kpis-spread-s-upper = S upper limit
kpis-spread-title = { $kpi }: { $name }
kpis-spread-about = { $name }, { $beyond ->
    [0] no point beyond the limits
    [one] one point beyond the limits
   *[other] { $beyond } points beyond the limits
  }; the table below holds the same figures.
kpis-spread-beyond = { $letter } beyond its limit
kpis-spread-out = Beyond the limits of the second panel
kpis-process = Process
kpis-process-counts = centre { $centre }; σz { $z }
kpis-process-single = centre { $centre }; M̄R { $range }
kpis-process-means = centre { $centre }; σ of one measurement { $sigma }
kpis-process-ewma = centre { $centre }; σ { $sigma }; λ { $lambda }, limits ±3σ√(λ/(2−λ)) once settled
kpis-process-between = centre { $centre }; limits on the 3.6th root

kpis-chart-auto = chosen by the data
kpis-chart-p = p chart (shares)
kpis-chart-p-prime = p′ chart (Laney, shares)
kpis-chart-u = u chart (events per exposure)
kpis-chart-u-prime = u′ chart (Laney, events per exposure)
kpis-chart-c = c chart (counts)
kpis-chart-xmr = XmR chart (single values)
kpis-chart-xbar-s = X̄-S chart (subgroups)
kpis-chart-g = g chart (items between rare events)
kpis-chart-t = t chart (days between rare events)
kpis-chart-ewma = EWMA chart (small drifts)

kpis-limits-frozen = Limits frozen from { $points } points between { $from } and { $to }.
kpis-limits-frozen-few = Limits frozen from only { $points } points between { $from } and { $to }: provisional until there are twenty.
kpis-limits-rolling = Provisional limits from { $points } points between { $from } and { $to }. They roll along until somebody freezes them.
kpis-limits-few = Provisional limits from only { $points } points between { $from } and { $to }. They raise no signals in My work.
kpis-limits-own = Provisional limits from the { $points } points shown themselves, because there are too few before them. They raise no signals in My work.
kpis-limits-aside = The limits frozen from { $day } on do not count here: they are of values that were computed in another way.
kpis-state-frozen = Frozen
kpis-state-provisional = Provisional

kpis-quadrant-in-quiet = In range, no signal: leave it alone
kpis-quadrant-in-quiet-do = The process delivers what management asks for and varies as it always does. Reacting to single points would only make it worse.
kpis-quadrant-in-signal = In range, but with a signal: look for the cause
kpis-quadrant-in-signal-do = Something was different, even if it was good. Find out what: keep what helped, take away what harmed.
kpis-quadrant-out-quiet = Out of range without a signal: the system itself is not capable
kpis-quadrant-out-quiet-do = Nothing special happened; this is what the process gives. Improve it in a PDCA cycle, and look for no culprit.
kpis-quadrant-out-signal = Out of range with a signal: nonconformity
kpis-quadrant-out-signal-do = Contain the effects, find the cause, correct it.

kpis-rule-numbered = { $number } · { $name }
kpis-rule-trend = Six in a row rising or falling
kpis-rule-alternating = Fourteen up and down in turn
kpis-rule-two-of-three = Two of three beyond 2σ on one side
kpis-rule-four-of-five = Four of five beyond 1σ on one side
kpis-rule-within = Fifteen in a row within 1σ
kpis-rule-outside = Eight in a row beyond 1σ
kpis-rule-run-of-eight = Eight in a row on one side of the centre
kpis-rule-gate = Gate: month out of range
kpis-rule-trend-about = Six points in a row rise, or fall: something wears out, fills up or is learnt.
kpis-rule-alternating-about = Fourteen points go up and down in turn: two different sources take turns, or somebody corrects too much.
kpis-rule-two-of-three-about = Two of three points lie beyond two sigma on one side: the process is about to shift.
kpis-rule-four-of-five-about = Four of five points lie beyond one sigma on one side: a small shift.
kpis-rule-within-about = Fifteen points lie close to the centre: the limits are wider than the process, or data were smoothed.
kpis-rule-outside-about = Eight points lie away from the centre on both sides: two processes in one chart.
kpis-rule-run-of-eight-about = Eight points in a row lie on one side of the centre: the process has shifted.
kpis-rule-gate-about = This result may not happen, whatever the total of the card says. It stays a nonconformity until it is explained or a cycle is opened.
kpis-signal-dated = Rule { $number } on the { $chart }; dated at the last point of the rule's window.

kpis-happened = What happened
kpis-owner = Answers for it

kpis-phases = Phases
kpis-phases-see = Phases and limits
kpis-phases-note = limits are recalculated only by a new phase, with a reason
kpis-phases-none = No limits are frozen yet.
kpis-phase-starts = Judges from
kpis-phase-baseline = Baseline
kpis-phase-points = Points
kpis-phase-centre = Centre
kpis-phase-reason = Reason
kpis-phase-by = Frozen by
kpis-phase-label = Phase { $number } · { $points } points
kpis-phase-label-provisional = Provisional · { $points } points
kpis-phase-new = Freeze limits
kpis-phase-new-note = for the points chosen above; what was judged before stays judged as it was
kpis-phase-baseline-from = Baseline from
kpis-phase-baseline-to = Baseline to
kpis-phase-baseline-help = Twenty points or more; twelve are provisional. Only days on which the process ran as it does now.
kpis-phase-starts-on = Limits judge from
kpis-phase-starts-help = The first day of the new phase. Windows of rules begin anew there.
kpis-phase-reason-help = What changed in the process, and how that was verified.
kpis-phase-freeze = Freeze
kpis-phase-frozen = The limits are frozen
kpis-phase-suggested = A cycle was closed on { $closed } and a run on one side ends on { $run }: if the new level was verified, freeze limits for it.

kpis-gates = Open gates
kpis-gates-note = stay open whatever the total is, until they are explained or a cycle is opened
kpis-gates-fallen = Gates and results out of range
kpis-gates-fallen-note = nonconformities when the card was published, whatever its total is

kpid-chart = Control chart
kpid-chart-rules = Rules
kpid-chart-rules-help = Numbers of rules, such as 1, 2, 5; empty for the usual ones: 1 and 2 of shares and counts, with 5 of measurements. Each further rule raises false alarms.
kpid-chart-rules-all = Rules and their numbers
kpid-chart-rules-usual = the usual ones
kpid-points = One point stands for
kpid-points-help = Signals are raised by this unit of time. Choose months where data are booked by the month: a month’s cost by a day’s contacts says nothing.
kpid-split = Chart working days and weekends apart
kpid-split-help = Where the week has a rhythm, it would hide in the limits.
kpid-gate = Gate
kpid-gate-help = A month outside the allowed range is a nonconformity, whatever the total of the card and however little it rests on.
kpid-gate-yes = A month out of range opens a gate
kpid-owner = Answers for it
kpid-owner-help = A role or a department; named beside its signals.
kpid-set-chart = Chart and signals
kpid-set-chart-note = how its points are read

problem-kpi-definition-points = A point stands for a day, a week or a month: choose one from the list.
problem-kpi-definition-chart = This chart cannot be drawn of what the method gives: “{ $chart }”
problem-kpi-definition-rules = “{ $value }” is no rule; write numbers from 1 to 8 or we4
problem-kpi-phase-few = The baseline has { $points } points with data; { $least } are the least
problem-kpi-phase-flat = The { $points } points of the baseline do not differ, so that they have no limits (at least { $least } points that vary)
problem-kpi-phase-long = The baseline may have { $days } days at most
problem-kpi-phase-early = Limits cannot judge days before their baseline begins on { $day }
problem-kpi-phase-order = The phase before begins on { $day }; a new one must begin later

event-kpi-phase = { $who } froze the control limits of { $what } from { $from } on

work-rule-gate = { $centre }, { $period }: gate, outside the allowed range
work-rule-trend = { $centre }, { $period }: six points in a row rising or falling
work-rule-alternating = { $centre }, { $period }: fourteen points up and down in turn
work-rule-two-of-three = { $centre }, { $period }: two of three points beyond 2σ on one side
work-rule-four-of-five = { $centre }, { $period }: four of five points beyond 1σ on one side
work-rule-within = { $centre }, { $period }: fifteen points in a row within 1σ
work-rule-outside = { $centre }, { $period }: eight points in a row beyond 1σ
work-rule-run-of-eight = { $centre }, { $period }: eight points in a row on one side of the centre line
work-signal-owner = Answers for it: { $owner }

kpis-agents = Results by person
kpis-agents-see = Results by person, in a funnel
kpis-agents-about = Read from the kept files, under pseudonyms, for whoever manages the KPIs of the centre. The list goes by pseudonym: differences inside the funnel are chance, and an order of them would reward and punish it.
kpis-agents-column = Column of people
kpis-agents-none = No file behind this KPI has a column of people
kpis-agents-none-about = A mapping that lists the column under “personal” brings it in, under pseudonyms.
kpis-agents-by-channel = This variant weighs channels by all contacts of the centre, so it has no results by person. The plain variant has.
kpis-agents-few = Nobody has a result in this period, or the results cannot be placed in a funnel.
kpis-agents-funnel = Funnel
kpis-agents-outside = { $count ->
    [0] Nobody outside the funnel
    [one] One outside the funnel
   *[other] { $count } outside the funnel
  }
kpis-agents-all = All together
kpis-agents-people = { $count ->
    [one] one person
   *[other] { $count } people
  }
kpis-agents-caption = Each point is a person: to the right more observations, and narrower limits. Line: all together; limits: three sigma around it. Outside: look at the conditions of work first.
kpis-agents-picture = Funnel of { $people } results, { $flagged } outside three sigma; the table below holds the same figures.
kpis-agents-person = Pseudonym
kpis-agents-n = Observations
kpis-agents-out = Outside
kpis-agents-large = { $file } is larger than 64 MB and was left out.

problem-kpi-agents-column = No file behind this KPI has a column of people called “{ $value }”
